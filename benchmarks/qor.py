"""Quality of results against da4ml: the same networks, the same Yosys, the same nextpnr, out of context, same seeds.

    python benchmarks/qor.py [--seeds 1] [--network NAME] [--out benchmarks/results/qor.json]

Both pipelines take a frame every cycle. da4ml's own Verilog is bare logic between registers; ours includes its
AXI-Stream handshake. da4ml is run at several latency cutoffs, ours at several clock targets; every row is reported.
Each row is checked against the same integer reference before it is placed. Results are stored, so a run resumes.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeflow import shipped
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.rtl.unrolled import circuit_of
from edgeflow.store import Store, code_digest
from edgeflow.tools import _process, nextpnr_ecp5, pyosys

CLOCKS_MHZ = (158.0, 112.0)
CUTOFFS = (1, 2)
PLACE_MHZ = 200.0  # what nextpnr aims at, for both
X = Fixed(6, 4, signed=False)  # inputs and activations


@dataclass(frozen=True)
class Problem:
    name: str
    sizes: tuple[int, ...]
    weight_bits: int
    density: float

    def network(self) -> Network:
        """Random weights, none of the kept ones zero; ReLU that truncates and saturates to ``X``."""
        random = np.random.default_rng(0)
        layers, x = [], X
        for i, (n_in, n_out) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            magnitude = random.integers(1, 2 ** (self.weight_bits - 1), (n_in, n_out))
            kept = random.choice([-1, 1], (n_in, n_out)) * (random.random((n_in, n_out)) < self.density)
            weight = (magnitude * kept).astype(np.int64)
            dense = Dense(weight, random.integers(-256, 256, n_out), x, Fixed(self.weight_bits, self.weight_bits - 1))
            layers.append(Layer(f"dense_{i}", dense))
            if i < len(self.sizes) - 2:
                layers.append(Layer(f"relu_{i}", Relu(dense.y, X, Rounding.TRN, Overflow.SAT, n_out)))
        return Network(self.name, tuple(layers))


PROBLEMS = (
    Problem("mlp_64_32_32_10", (64, 32, 32, 10), 6, 0.25),
    Problem("mlp_16_64_32_32_5", (16, 64, 32, 32, 5), 6, 0.5),
)


def edgeflow_sources(problem: Problem, clock_mhz: float, folder: Path) -> tuple[str, list[str], int]:
    """Write our RTL; returns top, sources and latency."""
    network = problem.network()
    x = samples(network)
    assert (circuit_of(network).run(x) == network.run(x)).all()
    design = generate(network, "unrolled", clock_mhz)
    return design.top, [path.name for path in design.write_sources(folder)], design.latency_cycles


def da4ml_sources(problem: Problem, cutoff: float, folder: Path) -> tuple[str, list[str], int]:
    """Write da4ml's RTL, made with its own tracer, solver, pipeliner and code generator."""
    from da4ml.codegen import RTLModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace

    network = problem.network()
    n = network.in_features
    inputs = FixedVariableArray.from_kif(
        np.zeros(n, int), np.full(n, X.width - X.frac), np.full(n, X.frac), HWConfig(1, -1, -1), solver_options={}
    )
    y = inputs
    for layer in network.layers:
        kernel = layer.kernel
        if isinstance(kernel, Dense):
            y = y @ (kernel.weight * 2.0**-kernel.w.frac) + kernel.bias * 2.0**-kernel.y.frac
        else:
            y = np.minimum(y, X.hi * 2.0**-X.frac)
            y = y.relu(np.full(y.shape, X.width - X.frac), np.full(y.shape, X.frac))
    logic = comb_trace(inputs, y)
    x = samples(network)
    assert (logic.predict(X.real(x)) == network.output.real(network.run(x))).all()
    top = f"{problem.name}_da4ml"
    project = folder / "project"
    model = RTLModel(logic, top, project, latency_cutoff=cutoff)
    model.write()
    names = []
    for source in sorted([*(project / "src").glob("*.v"), *(project / "src" / "static").glob("*.v")]):
        if "wrapper" not in source.name:
            names.append(f"{source.stem}.sv")
            (folder / names[-1]).write_text(source.read_text())
    return top, names, len(model._pipe.solutions) + 1


def samples(network: Network) -> np.ndarray:
    return np.random.default_rng(1).integers(0, X.hi, (300, network.in_features), endpoint=True)


Writer = Callable[[Problem, float, Path], tuple[str, list[str], int]]
TOOLS: dict[str, tuple[Writer, str, tuple[float, ...]]] = {
    "edgeflow": (edgeflow_sources, "clock_mhz", CLOCKS_MHZ),
    "da4ml": (da4ml_sources, "cutoff", CUTOFFS),
}


def measure(tool: str, problem: Problem, setting: float, seeds: list[int], store: Store) -> dict[str, object]:
    """One row: the median over seeds of Fmax, cells of the first seed."""
    write, knob, _ = TOOLS[tool]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="edgeflow-qor-") as work:
        top, sources, latency = write(problem, setting, Path(work))
        text = {name: (Path(work) / name).read_text() for name in sources}

    def build(folder: Path) -> None:
        for name in sources:
            (folder / name).write_text(text[name])
        pyosys.run(folder, top, sources)
        runs = nextpnr_ecp5.run(folder, top, seeds, freq_mhz=PLACE_MHZ, parallel=1)
        row = {
            "network": problem.name,
            "tool": tool,
            knob: setting,
            "luts": runs[0].used["TRELLIS_COMB"],
            "ffs": runs[0].used["TRELLIS_FF"],
            "dsps": runs[0].used["MULT18X18D"],
            "fmax_mhz": round(float(np.median([run.slowest_mhz for run in runs])), 2),
            "latency_cycles": latency,
            "seconds": round(time.monotonic() - started, 1),
        }
        (folder / "row.json").write_text(json.dumps(row))

    flow = [code_digest("tools/pyosys.py", "tools/_ecp5_carries.py"), shipped.source("techmap/ecp5_add.v"), PLACE_MHZ]
    material = {
        "rtl": text,
        "setting": [tool, problem.name, setting],
        "seeds": seeds,
        "flow": flow,
        "tools": versions(),
    }
    return json.loads((store.stage("qor", material, build) / "row.json").read_text())


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
        for tool, (_, _, settings) in TOOLS.items():
            for setting in settings:
                rows.append(measure(tool, problem, setting, list(range(1, wanted.seeds + 1)), store))
                print(json.dumps(rows[-1]), flush=True)
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    device = {"device": "LFE5U-85F", "speed": 6, "place_mhz": PLACE_MHZ, "seeds": wanted.seeds}
    wanted.out.write_text(json.dumps({"tools": versions(), "conditions": device, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
