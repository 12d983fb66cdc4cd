# Everything a newcomer needs; each target sets up .venv first.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-slow test-gpu check notebooks bench theories wheel lab clean

demo: .venv/ready            ## train, simulate, compare: the main job, a few minutes
	$(BIN)/memsim run free-recall --out runs/demo-$$(date +%Y%m%d-%H%M%S)

test: .venv/ready            ## the fast tests
	$(BIN)/pytest -q -n auto

test-slow: .venv/ready       ## trains the networks of the demo and checks what they show
	$(BIN)/pytest -q -s -m slow

test-gpu: .venv/ready        ## needs a CUDA device
	$(BIN)/pytest -q -m gpu

check: .venv/ready           ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: .venv/ready       ## run every notebook at small size
	SMOKE_TEST=1 $(BIN)/pytest -q --nbmake --nbmake-timeout=300 notebooks

bench: .venv/ready           ## measure the DNC, the analysis and the theories beside their peers, writes docs/benchmarks*.md
	$(BIN)/pip install -q --disable-pip-version-check --no-deps dnc==1.1.0
	$(BIN)/python -m benchmarks.dnc
	$(BIN)/python -m benchmarks.analysis
	$(BIN)/pip install -q --disable-pip-version-check --no-deps cymr==0.14.3 joblib cloudpickle
	$(BIN)/python -m benchmarks.theories

theories: .venv/ready        ## compare theories with people in Murdock's six conditions, writes docs/theories.md
	$(BIN)/python -m benchmarks.murdock

wheel: .venv/ready           ## build the wheel
	$(BIN)/pip wheel -q --no-deps -w dist .

lab: .venv/ready             ## JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf .venv dist

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
