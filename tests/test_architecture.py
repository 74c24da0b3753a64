"""Who may import whom, as data: an arrow never points back, and heavy packages stay behind their own files."""

import ast
import subprocess
import sys
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import edgeflow

PACKAGE = Path(edgeflow.__file__).parent
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
HANDED_OVER = sorted(p for tree in ("hw", "sim") for p in (PACKAGE.parent / tree).rglob("*.py"))

# The values; reading a file is recipe_file and what it imports.
RECIPE = {"recipe", "recipe_layers", "recipe_layout", "recipe_steps", "recipe_cost"}

# Each part of the package (a folder or a file) and the parts that it may import. Lower lines import higher ones.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "shipped": set(),
    "store": set(),
    "fixedpoint": {"errors"},
    "catalog": {"errors"},
    "_triton": set(),
    "_yaml": {"errors"},
    "_placed": {"errors", "_yaml"},
    # the integer core
    "circuit": {"errors", "fixedpoint"},
    "kernels": {"errors", "fixedpoint", "circuit", "network"},
    "network": {"errors", "fixedpoint"},
    "rtl": {"errors", "fixedpoint", "shipped", "circuit", "kernels", "network"},
    # the world: what the user wants, data, programs, boards
    "recipe_layers": set(),
    "recipe_layout": {"errors", "recipe_layers"},
    "recipe_steps": {"errors", "catalog", "recipe_layers", "recipe_layout"},  # each step's section by the catalog
    "recipe": {"errors", "catalog", "recipe_layers", "recipe_layout", "recipe_steps", "recipe_file"},
    "recipe_cost": {"recipe", "recipe_layers", "recipe_layout"},
    "recipe_frameworks": {"recipe", "recipe_layers", "recipe_layout"},
    "recipe_hardware": {"errors", "catalog", "boards", "recipe", "recipe_folding", "recipe_steps"},
    "recipe_folding": {"errors", "kernels", "recipe", "recipe_layers", "recipe_layout"},
    "recipe_file": {
        "errors",
        "catalog",
        "_yaml",
        "_placed",
        "boards",
        "rtl",
        *RECIPE,
        "recipe_folding",
        "recipe_frameworks",
    },
    "datasets": {"errors"},
    "tools": {"errors", "shipped", "store"},
    "boards": {"errors", "catalog"},
    "families": {"errors", "catalog", "rtl", "tools", "boards"},
    "doctor": {"errors", "catalog", "tools"},
    # frameworks
    "training": {"errors", "_triton", "catalog", "store", "datasets", *RECIPE, "recipe_frameworks"},
    "frontends": {"errors", "fixedpoint", "store", *RECIPE, "circuit", "kernels", "network", "tools", "training"},
    # what is done with a design
    "link": {"errors", "fixedpoint", "rtl"},
    "host": {"errors", "fixedpoint", "link"},
    "mlperf": {"link", "host"},
    "estimate": {"errors", "fixedpoint", *RECIPE, "circuit", "kernels", "network", "rtl", "boards", "families"},
    "implement": {"errors", "fixedpoint", "shipped", "store", "tools", "boards", "families", "network", "rtl", "link"}
    | {"host"},
    "verify": {
        "errors",
        "fixedpoint",
        "shipped",
        "store",
        "kernels",
        "network",
        "rtl",
        "tools",
        "frontends",
        "estimate",
    },
    "hls4ml_backend": {"errors", "fixedpoint", "store", "boards", "families", "kernels", "network", "rtl", "frontends"}
    | {"implement", "verify"},
    "export": {"errors", "catalog", "tools"},
    "quantize": {"errors", "_triton", "catalog", "datasets", "frontends"},
    "report": {"errors", "boards", "recipe_cost", "training", "estimate", "implement", "verify"},  # value types
    "provenance": {"boards", "store", "rtl", "report"},
    "workflow": {"errors", "recipe", "tools"},
}
ALLOWED["stages"] = {"store"}
ALLOWED["training_stages"] = {"catalog", "recipe", "recipe_steps", "stages", "store", "training"}
# The top, which imports any of the above.
ALLOWED["score"] = set(ALLOWED)
ALLOWED["pipeline"] = set(ALLOWED) - {"score"}
# What of a part a network takes; on top of it, where the network comes from.
ALLOWED["fit"] = {"errors", "catalog", "boards", "families", "kernels", "network", "rtl", "implement", "pipeline"}
ALLOWED["fit"] |= {"estimate"}
ALLOWED["student_rungs"] = set(ALLOWED) - {"score"}
ALLOWED["cascade"] = set(ALLOWED) - {"score"}
ALLOWED["ablate"] = set(ALLOWED) - {"score"}
ALLOWED["proved"] = {"boards", "estimate", "fixedpoint", "implement", "kernels", "network", "pipeline", "provenance"}
ALLOWED["proved"] |= {"recipe", "report", "rtl", "stages", "verify"}
ALLOWED["run"] = set(ALLOWED) - {"score"}
ALLOWED["imports"] = set(ALLOWED) - {"score"}
ALLOWED["check"] = set(ALLOWED)
ALLOWED["sweep"] = set(ALLOWED) - {"score", "run", "imports", "check"}
ALLOWED["studied"] = {"errors", "report", "sweep"}
ALLOWED["cli_studies"] = set(ALLOWED)
ALLOWED["cli_reports"] = set(ALLOWED)
ALLOWED["cli_flow"] = set(ALLOWED)
ALLOWED["calibrate"] = set(ALLOWED) - {"score", "run", "imports", "check", "cli_studies", "cli_reports", "cli_flow"}
ALLOWED["estimates"] = set(ALLOWED) - {"score", "calibrate"}
ALLOWED["cli_estimate"] = set(ALLOWED)
ALLOWED["cli_sweep"] = {"report", "sweep", "studied"}
ALLOWED["fit_source"] = {"catalog", "estimate", "network", *RECIPE, "stages", "training_stages", "pipeline", "imports"}
ALLOWED["fit_run"] = {"errors", "boards", "fit", "fit_source", "recipe", "stages", "sweep"}
ALLOWED["cli_fit"] = {"errors", "stages", "store", "fit", "fit_run", "report"}
ALLOWED["cli"] = set(ALLOWED)

MUTUAL = {"recipe", "recipe_file"}  # one idea in two files: the model, and its mistakes placed in the file

CORE = {"errors", "fixedpoint", "shipped", "store", "circuit", "kernels", "network", "rtl"}

# Where each third-party package may be imported; numpy anywhere.
HOMES: dict[str, tuple[str, ...]] = {
    "numpy": ("*",),
    "da4ml": ("circuit/solver.py",),
    "scipy": ("rtl/min_registers.py", "ablate.py"),
    "tensorflow": ("training/*",),
    "tf_keras": ("training/*",),
    "keras": ("training/*", "frontends/_hgq2_model.py"),
    "qkeras": ("training/*", "frontends/_keras_build.py"),
    "hls4ml": (
        *("frontends/qkeras.py", "frontends/_keras_graph.py", "frontends/_bit_exact.py"),
        *("frontends/brevitas.py", "frontends/_qonnx_graph.py", "frontends/_project.py", "frontends/_hgq2_model.py"),
        "frontends/_onnx_csim.py",
        "hls4ml_backend/*",
    ),
    "torch": ("training/*", "quantize/torch.py"),
    "brevitas": ("training/*",),
    "qonnx": ("training/_qonnx.py", "frontends/_qonnx_graph.py", "frontends/_onnx_executor.py"),
    "h5py": ("frontends/_keras_file.py",),
    "sklearn": ("datasets/*",),
    "mlxtend": ("datasets/*",),
    "onnx": (
        "estimate/_onnx.py",
        "training/_qonnx.py",
        "frontends/_qonnx_graph.py",
        "frontends/_onnx_*.py",
        "frontends/brevitas.py",
        *("quantize/_write.py", "quantize/flow.py"),
    ),
    "ai_edge_litert": ("frontends/_tflite_schema.py", "frontends/_tflite_executor.py"),
    "onnxruntime": ("estimate/baseline.py", "quantize/_session.py"),
    "pydantic": (
        *("recipe.py", "recipe_layers.py", "recipe_steps.py", "recipe_file.py", "_placed.py", "training/steps/*"),
        *("sweep/plan.py", "sweep/space.py", "sweep/file.py"),
    ),
    "pydantic_core": ("recipe.py", "_placed.py"),
    "ruamel": ("_yaml.py", "sweep/_edit.py", "fit/show.py"),
    "optuna": ("training/_tune.py", "sweep/samplers/*", "sweep/index.py"),
    "serial": ("host.py", "mlperf.py"),
    "cocotb_tools": ("tools/cocotb.py",),
    "find_libpython": ("tools/cocotb.py",),
    "jinja2": ("report/html.py",),
    "rich": ("cli.py", "check.py", "report/terminal.py", "sweep/display.py"),
    "typer": ("cli.py", "cli_*.py"),
    "ray": ("sweep/engines/ray.py",),
    "tensorboard": ("sweep/trackers/tensorboard.py",),
    "mlflow": ("sweep/trackers/mlflow.py",),
    "wandb": ("sweep/trackers/wandb.py",),
}
ADAPTERS = {"circuit/solver.py", "rtl/min_registers.py"}  # the only core files that may import more than numpy

FRAMEWORKS = {"tensorflow", "tf_keras", "keras", "qkeras", "torch", "brevitas", "hls4ml"}
FRAMEWORKS |= {"onnxruntime", "ai_edge_litert"}
HEAVY = FRAMEWORKS | {"optuna", "ray", "da4ml", "scipy", "sklearn", "mlxtend", "pandas", "matplotlib", "onnx"}


def imports(source: str, file: str) -> set[str]:
    """Every module that ``file`` imports, wherever it does so; ``from edgeflow import x`` is ``edgeflow.x``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import; write it from edgeflow down"
            whole = node.module == "edgeflow"
            found |= {f"edgeflow.{alias.name}" for alias in node.names} if whole else {str(node.module)}
    return found


def part_of(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def arrows(source: str, file: str) -> set[str]:
    """The other parts of edgeflow that ``file`` imports."""
    ours = {name.split(".")[1] for name in imports(source, file) if name.startswith("edgeflow.")}
    return ours - {part_of(file), "__version__"}


def third_party(source: str, file: str) -> set[str]:
    return {name.split(".")[0] for name in imports(source, file)} - {"edgeflow"} - sys.stdlib_module_names


def wrong_arrows(source: str, file: str) -> set[str]:
    return arrows(source, file) - ALLOWED.get(part_of(file), set())


def wrong_packages(source: str, file: str) -> set[str]:
    return {name for name in third_party(source, file) if not any(fnmatch(file, home) for home in HOMES.get(name, ()))}


@pytest.mark.parametrize("file", FILES)
def test_arrows_point_down_and_packages_stay_at_home(file):
    source = (PACKAGE / file).read_text()
    assert wrong_arrows(source, file) == set(), f"{file}: a part that ALLOWED[{part_of(file)!r}] does not name"
    assert wrong_packages(source, file) == set(), f"{file}: a package whose HOMES do not name this file"


def test_the_table_names_every_part_and_no_other():
    assert {part_of(file) for file in FILES} - {"__init__"} == set(ALLOWED)


def test_the_table_has_no_circle():
    graph = {part: below - (MUTUAL if part in MUTUAL else set()) for part, below in ALLOWED.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(ALLOWED)


def test_the_core_needs_numpy_alone():
    core = [file for file in FILES if part_of(file) in CORE and file not in ADAPTERS]
    assert {name for file in core for name in third_party((PACKAGE / file).read_text(), file)} == {"numpy"}


@pytest.mark.parametrize("path", HANDED_OVER, ids=lambda path: path.name)
def test_what_a_user_is_handed_runs_without_edgeflow(path):
    assert "edgeflow" not in {name.split(".")[0] for name in imports(path.read_text(), path.name)}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("edgeflow.cli", HEAVY | {"pydantic", "numpy"}),
        ("edgeflow.pipeline", FRAMEWORKS),
        ("edgeflow.sweep.folder", HEAVY),
        ("edgeflow.sweep.run", FRAMEWORKS | {"optuna", "ray", "matplotlib"}),
    ],
)
def test_importing_it_loads_nothing_heavy(module, absent):
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert absent & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("file", "source", "arrow", "package"),
    [
        ("network/passes/fold.py", "from edgeflow.rtl import emit", {"rtl"}, set()),
        ("network/network.py", "from edgeflow import kernels", {"kernels"}, set()),
        ("kernels/dense.py", "def golden():\n    import edgeflow.rtl.emit", {"rtl"}, set()),
        ("kernels/dense.py", "import scipy.optimize", set(), {"scipy"}),
        ("circuit/adders.py", "from da4ml.cmvm import solve", set(), {"da4ml"}),
        ("verify/ladder.py", "def run():\n    import tensorflow as tf", set(), {"tensorflow"}),
        ("frontends/qonnx.py", "import torch, json", set(), {"torch"}),
        ("new_part/x.py", "import edgeflow.errors", {"errors"}, set()),
        ("rtl/emit.py", "import numpy as np\nfrom edgeflow.circuit.graph import Graph", set(), set()),
    ],
)
def test_these_rules_can_fail(file, source, arrow, package):
    assert wrong_arrows(source, file) == arrow
    assert wrong_packages(source, file) == package
