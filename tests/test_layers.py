"""Which package may import which; each import runs in an interpreter of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
import memsim
import paradigms

PACKAGES = {"analysis": analysis, "memsim": memsim, "paradigms": paradigms}


def folder(package: str) -> Path:
    return Path(PACKAGES[package].__file__).parent


def imported(package: str) -> set[str]:
    """Top-level names of everything that any file of a package imports."""
    names: set[str] = set()
    for file in folder(package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    return names


def test_the_three_packages_share_one_folder():
    assert len({folder(package).parent for package in PACKAGES}) == 1


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("analysis", {"torch", "memsim", "paradigms"}),
        ("paradigms", {"torch", "memsim", "analysis"}),
    ],
)
def test_no_file_imports_from_above(package, forbidden):
    names = imported(package)
    assert package in names  # the files were found
    assert not names & forbidden


@pytest.mark.parametrize("package", ["analysis", "paradigms"])
def test_every_module_works_where_there_is_no_torch(package):
    code = f"""
import sys, pkgutil, importlib

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoTorch())
for module in pkgutil.walk_packages(importlib.import_module("{package}").__path__, "{package}."):
    importlib.import_module(module.name)
assert not any(name.split(".")[0] == "memsim" for name in sys.modules)
try:
    import torch
except ModuleNotFoundError:
    print("no torch")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no torch\n"), done.stderr
