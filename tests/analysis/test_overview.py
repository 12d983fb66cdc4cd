"""What a newcomer reads first: the overview of the package, and the example of the README."""

import re
from pathlib import Path

import matplotlib.pyplot as plt

import analysis

README = Path(__file__).parents[2] / "README.md"


def test_the_overview_names_all_that_is_public():
    body = re.sub(r"^(?!    ).*$|\(.*?\)|[\w ]+:", "", analysis.__doc__, flags=re.MULTILINE)
    named = re.findall(r"\w+", body)
    assert sorted(named) == sorted(analysis.__all__)


def test_from_a_csv_to_a_figure_as_in_the_readme(tmp_path, monkeypatch, random_table):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "recalls.csv" in block]
    monkeypatch.chdir(tmp_path)
    random_table(0).to_csv("recalls.csv", index=False)
    exec(block, {})  # noqa: S102  # of this repository
    plt.close("all")
    assert {path.name for path in tmp_path.iterdir()} > {"lag_crp.pdf", "lag_crp.png"}
