"""How fast the RTL rung is: a warm Verilator build, and ten thousand vectors through cocotb.

    python benchmarks/simulation.py

The design is 64-34-10 with 2-bit weights, unrolled, somewhat larger than the demo's. The peer is cocotb's own runner on
the same sources and vectors, in the same run; ratios count, absolute times are noise on a shared machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.store import Store
from edgeflow.tools import verilator
from edgeflow.verify import case as cases
from edgeflow.verify import handover
from edgeflow.verify.simulate import simulate, simulator

FRAMES = 10_000


def network() -> Network:
    random = np.random.default_rng(0)
    x = Fixed(4, 4, signed=False)
    first = Dense(random.integers(-1, 2, (64, 34)), random.integers(-30, 30, 34), x, Fixed(2, 1))
    relu = Relu(first.y, Fixed(4, 2, signed=False), Rounding.RND_CONV, Overflow.SAT, 34)
    second = Dense(random.integers(-1, 2, (34, 10)), random.integers(-30, 30, 10), relu.y, Fixed(2, 1))
    return Network("demo", tuple(Layer(f"layer_{i}", kernel) for i, kernel in enumerate((first, relu, second))))


def seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return round(time.monotonic() - started, 2)


def main() -> None:
    model = network()
    design = generate(model, "unrolled", 100.0)
    x = np.random.default_rng(1).integers(0, 16, (FRAMES, 64))
    y = model.run(x)
    standard = cases.standard_case(design, FRAMES, seed=1)
    one_phase = cases.Case(**vars(standard) | {"phases": (cases.Phase("full rate"),)})
    with tempfile.TemporaryDirectory(prefix="edgeflow-bench-") as work:
        store = Store(Path(work) / "store")
        verilator._runtime(store, waves=False)  # once for each machine
        build = seconds(lambda: simulator(design, store, 1 << (FRAMES - 1).bit_length()))
        ours = seconds(lambda: simulate(design, x, y, one_phase, store))
        three = seconds(lambda: simulate(design, x, y, standard, store))
        handover.write(design, model, x, 1, Path(work) / "peer")
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        command = ["make", "-C", str(Path(work) / "peer"), "sim", f"PYTHON={sys.executable}"]
        peer = seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))
    result = {
        "frames": FRAMES,
        "build_warm_s": build,
        "vectors_one_phase_s": ours,
        "vectors_three_phases_s": three,
        "cocotb_runner_build_and_256_frames_s": peer,
        "build_ratio": round(peer / build, 1),
        "tools": {"verilator": verilator.version()},
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
