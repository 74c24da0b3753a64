"""Quality of results against da4ml: the same networks, the same Yosys, the same nextpnr, out of context, same seeds.

    python benchmarks/qor.py [--seeds 1] [--network NAME] [--out benchmarks/results/qor.json]

da4ml's own Verilog is bare logic between registers and takes a frame every cycle; ours includes its AXI-Stream
handshake. Where a row's interval is 1, so does ours. da4ml is run at several latency cutoffs, ours at several clock
targets; every row is reported. Each row is checked against the same integer reference before it is placed. Results are
stored, so a run resumes.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow import shipped
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.rtl.unrolled import circuit_of
from edgeflow.store import Store, code_digest
from edgeflow.tools import _process, nextpnr_ecp5, pyosys

PLACE_MHZ = 200.0  # what nextpnr aims at, for both
X = Fixed(6, 4, signed=False)  # inputs and activations
W = Fixed(6, 5)
Knobs = dict[str, Any]
# nextpnr's own router did not finish the large network in 40 minutes, so both tools get a looser placement and router2.
LOOSE = ("--router", "router2", "--placer-heap-beta", "0.5")


@dataclass(frozen=True)
class Problem:
    name: str
    network: Callable[[str], Network]
    rows: tuple[tuple[str, Knobs], ...]  # tool and its knobs
    nextpnr: tuple[str, ...] = ()


def mlp(name: str, sizes: tuple[int, ...], density: float) -> Network:
    """Dense layers with ReLU that truncates and saturates to ``X``."""
    random, layers = np.random.default_rng(0), []
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        dense = Dense(sparse(random, (n_in, n_out), density), random.integers(-256, 256, n_out), X, W)
        layers.append(Layer(f"dense_{i}", dense))
        if i < len(sizes) - 2:
            layers.append(Layer(f"relu_{i}", relu(dense)))
    return Network(name, tuple(layers))


def cnn(name: str, density: float) -> Network:
    """8 x 8 x 1: eight filters of 3 x 3, max pooling by 2, ten outputs."""
    random = np.random.default_rng(0)
    conv = Conv(Geometry(8, 8, 1, (3, 3)), sparse(random, (3, 3, 1, 8), density), random.integers(-256, 256, 8), X, W)
    pool = MaxPool(Geometry(6, 6, 8, (2, 2), (2, 2)), X)
    dense = Dense(sparse(random, (72, 10), density), random.integers(-256, 256, 10), X, W)
    layers = ("conv", conv), ("relu", relu(conv)), ("pool", pool), ("dense", dense)
    return Network(name, tuple(Layer(*layer) for layer in layers))


def relu(layer: Dense | Conv) -> Relu:
    return Relu(layer.y, X, Rounding.TRN, Overflow.SAT, layer.out_features)


def sparse(random: np.random.Generator, shape: tuple[int, ...], density: float) -> Integers:
    """Random weights of ``W``, none of the kept ones zero."""
    magnitude = random.integers(1, W.hi + 1, shape)
    kept = random.choice([-1, 1], shape) * (random.random(shape) < density)
    return (magnitude * kept).astype(np.int64)


def ours(*clocks: float, folding: str = "unrolled") -> tuple[tuple[str, Knobs], ...]:
    return tuple(("edgeflow", {"clock_mhz": clock, "folding": folding}) for clock in clocks)


def theirs(*cutoffs: int) -> tuple[tuple[str, Knobs], ...]:
    return tuple(("da4ml", {"cutoff": cutoff}) for cutoff in cutoffs)


PROBLEMS = (
    Problem("mlp_64_32_32_10", lambda name: mlp(name, (64, 32, 32, 10), 0.25), ours(158.0, 112.0) + theirs(1, 2)),
    Problem("mlp_16_64_32_32_5", lambda name: mlp(name, (16, 64, 32, 32, 5), 0.5), ours(158.0) + theirs(1), LOOSE),
    Problem(
        "cnn_8x8_3x3x8_10",
        lambda name: cnn(name, 0.25),
        ours(158.0, folding="parallel") + ours(158.0, folding="unrolled") + theirs(1),
    ),
)


@dataclass(frozen=True)
class Sources:
    top: str
    names: list[str]  # in the folder
    latency_cycles: int
    interval_cycles: int


def edgeflow_sources(network: Network, knobs: Knobs, folder: Path) -> Sources:
    x = samples(network)
    assert (circuit_of(network).run(x) == network.run(x)).all()
    design = generate(network, knobs["folding"], knobs["clock_mhz"])
    names = [path.name for path in design.write_sources(folder)]
    return Sources(design.top, names, design.latency_cycles, design.interval_cycles)


def da4ml_sources(network: Network, knobs: Knobs, folder: Path) -> Sources:
    """da4ml's RTL, made with its own tracer, solver, pipeliner and code generator."""
    from da4ml.codegen import RTLModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace

    n = network.in_features
    inputs = FixedVariableArray.from_kif(
        np.zeros(n, int), np.full(n, X.width - X.frac), np.full(n, X.frac), HWConfig(1, -1, -1), solver_options={}
    )
    y = inputs
    for layer in network.layers:
        y = traced(layer.kernel, y)
    logic = comb_trace(inputs, y)
    x = samples(network)
    assert (logic.predict(X.real(x)) == network.output.real(network.run(x))).all()
    top, project = f"{network.name}_da4ml", folder / "project"
    model = RTLModel(logic, top, project, latency_cutoff=knobs["cutoff"])
    model.write()
    names = []
    for source in sorted([*(project / "src").glob("*.v"), *(project / "src" / "static").glob("*.v")]):
        if "wrapper" not in source.name:
            names.append(f"{source.stem}.sv")
            (folder / names[-1]).write_text(source.read_text())
    return Sources(top, names, len(model._pipe.solutions) + 1, 1)


def traced(kernel: Any, x: Any) -> Any:
    """A layer on da4ml's symbolic arrays, flat in and out."""
    match kernel:
        case Dense():
            return x @ kernel.w.real(kernel.weight) + kernel.y.real(kernel.bias)
        case Conv(geometry=geometry):
            windows = x.reshape(-1, geometry.channels)[geometry.pixels].reshape(geometry.positions, -1)
            return (windows @ kernel.w.real(kernel.matrix) + kernel.y.real(kernel.bias)).reshape(-1)
        case MaxPool(geometry=geometry):
            return np.amax(x.reshape(-1, geometry.channels)[geometry.pixels], axis=1).reshape(-1)
        case Relu(y=y):
            limited = np.minimum(x, y.hi * 2.0**-y.frac)
            return limited.relu(np.full(x.shape, y.width - y.frac), np.full(x.shape, y.frac))
    raise AssertionError(f"no tracing of {type(kernel).__name__}")


def samples(network: Network) -> Integers:
    return np.random.default_rng(1).integers(0, X.hi, (300, network.in_features), endpoint=True)


WRITERS: dict[str, Callable[[Network, Knobs, Path], Sources]] = {"edgeflow": edgeflow_sources, "da4ml": da4ml_sources}


def measure(problem: Problem, tool: str, knobs: Knobs, seeds: list[int], store: Store) -> Knobs:
    """One row: the median over seeds of Fmax, cells of the first seed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="edgeflow-qor-") as work:
        made = WRITERS[tool](problem.network(problem.name), knobs, Path(work))
        files = {path.name: path.read_text() for path in Path(work).iterdir() if path.is_file()}

    def build(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).write_text(text)
        pyosys.run(folder, made.top, made.names)
        runs = nextpnr_ecp5.run(folder, made.top, seeds, freq_mhz=PLACE_MHZ, parallel=1, options=problem.nextpnr)
        row = {
            "network": problem.name,
            "tool": tool,
            **knobs,
            "luts": runs[0].used["TRELLIS_COMB"],
            "ffs": runs[0].used["TRELLIS_FF"],
            "dsps": runs[0].used["MULT18X18D"],
            "fmax_mhz": round(float(np.median([run.slowest_mhz for run in runs])), 2),
            "latency_cycles": made.latency_cycles,
            "interval_cycles": made.interval_cycles,
            "nextpnr": " ".join(problem.nextpnr),
            "seconds": round(time.monotonic() - started, 1),
        }
        (folder / "row.json").write_text(json.dumps(row))

    flow = [code_digest("tools/pyosys.py", "tools/_ecp5_carries.py"), shipped.source("techmap/ecp5_add.v"), PLACE_MHZ]
    material = {
        "rtl": files,
        "setting": [tool, problem.name, knobs, problem.nextpnr],
        "seeds": seeds,
        "flow": flow,
        "tools": versions(),
    }
    row: Knobs = json.loads((store.stage("qor", material, build) / "row.json").read_text())
    return row


def versions() -> dict[str, str | None]:
    da4ml = _process.distribution_version("da4ml")
    return {"da4ml": da4ml, pyosys.NAME: pyosys.version(), nextpnr_ecp5.NAME: nextpnr_ecp5.version()}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--network", choices=[problem.name for problem in PROBLEMS], help="only this one")
    arguments.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "qor.json")
    wanted = arguments.parse_args()
    rows, store = [], Store.default()
    for problem in (p for p in PROBLEMS if wanted.network in (None, p.name)):
        for tool, knobs in problem.rows:
            rows.append(measure(problem, tool, knobs, list(range(1, wanted.seeds + 1)), store))
            print(json.dumps(rows[-1]), flush=True)
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    device = {"device": "LFE5U-85F", "speed": 6, "place_mhz": PLACE_MHZ, "seeds": wanted.seeds}
    wanted.out.write_text(json.dumps({"tools": versions(), "conditions": device, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
