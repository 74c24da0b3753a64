"""Switching activity of a design on real samples: its RTL in Verilator at full rate, recorded as SAIF.

Registers are told from logic by their names, which end in ``_q`` and a number of cycles. Ports are nets of the module
around them under another name. Verilator also lists parameters, which begin with a capital, and words of memories.
"""

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from edgeflow import shipped
from edgeflow.errors import MismatchError, ToolError
from edgeflow.estimate.activity import Activity
from edgeflow.fixedpoint import Integers
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, gxx, verilator
from edgeflow.verify import case as cases
from edgeflow.verify import saif
from edgeflow.verify.bench import bench_options

MAIN = "activity_main.cpp"  # in sim
MOST_FRAMES, LEAST_FRAMES = 256, 4
CYCLES = 40_000  # of the window, where frames are long: Verilator counts every bit that changes
TIMEOUT_S = 1800
HALF_CYCLES = 2  # time units of the recording

REGISTER = re.compile(r"_q\d*$")
NO_NET = re.compile(r"^[A-Z]|\[|^[sm]_axis_|_n?[io]$")  # parameter, word of a memory, port


@dataclass(frozen=True)
class Window:
    """What is simulated, and which cycles of it are recorded."""

    frames: int  # sent in all
    warm_cycles: int  # after reset, before the window: the pipeline fills
    cycles: int

    @classmethod
    def of(cls, design: Design) -> "Window":
        interval = design.interval_cycles
        frames = min(MOST_FRAMES, max(LEAST_FRAMES, CYCLES // interval))
        warm = design.latency_cycles + 2 * interval
        return cls(frames + ceil(warm / interval) + 1, warm, frames * interval)


def record(design: Design, x: Integers, y: Integers, samples: str, store: Store) -> Activity:
    """Toggles on frames ``x``, called ``samples``; where they are few they come again from the first.

    Raises MismatchError if outputs are not ``y``: activity of a design that computes wrongly says nothing.
    """
    window = Window.of(design)
    chosen = np.arange(window.frames) % len(x)
    program = _recorder(design, store, window.frames)
    with tempfile.TemporaryDirectory(prefix="edgeflow-activity-") as temporary:
        folder = Path(temporary)
        for name, text in design.memories.items():
            (folder / name).write_text(text)
        (folder / "stimulus.hex").write_text(cases.beats(x[chosen], design.s_axis))
        (folder / "expected.hex").write_text(cases.beats(y[chosen], design.m_axis))
        limit = 4 * window.frames * design.interval_cycles + design.latency_cycles
        argv = command(program / "sim", window, limit)
        _process.run(_process.Job("activity", argv, folder, "activity.log", timeout_s=TIMEOUT_S))
        _check((folder / "activity.log").read_text(), window.frames * design.m_axis.beats)
        started, ended = ((folder / f"{name}.saif").read_text() for name in ("start", "window"))
    return activity_of(started, ended, window, design, samples)


def command(simulator: Path, window: Window, limit_cycles: int) -> list[str]:
    """What sim/activity_main.cpp takes."""
    files = [f"+{name}={name}.hex" for name in ("stimulus", "expected", "observed")]
    return [str(simulator), *map(str, (window.frames, window.warm_cycles, window.cycles, limit_cycles)), *files]


def activity_of(started: str, ended: str, window: Window, design: Design, samples: str) -> Activity:
    """Of the design's own nets, from the recording of the first moment and of the whole window."""
    if saif.duration(ended) != HALF_CYCLES * window.cycles:
        raise ToolError(f"activity: {saif.duration(ended)} half cycles recorded, {window.cycles} cycles wanted")
    before = {(bit.path, bit.net, bit.index): bit.toggles for bit in saif.bits(started)}
    toggles: dict[bool, list[int]] = {True: [], False: []}
    for bit in own_nets(saif.bits(ended)):
        toggles[bool(REGISTER.search(bit.net))].append(bit.toggles - before[bit.path, bit.net, bit.index])
    return Activity(
        logic=_rate(toggles[False], window.cycles),
        registers=_rate(toggles[True], window.cycles),
        source=f"Verilator {verilator.version()}, SAIF of the RTL on {samples}",
        frames=window.cycles // design.interval_cycles,
        cycles=window.cycles,
        bits=sum(map(len, toggles.values())),
    )


def own_nets(bits: Iterable[saif.Bit]) -> Iterable[saif.Bit]:
    """Those inside the design under test, each net under one name where names show it."""
    return (bit for bit in bits if "u_dut" in bit.path and not NO_NET.search(bit.net))


def _rate(toggles: list[int], cycles: int) -> float:
    return sum(toggles) / (len(toggles) * cycles) if toggles else 0.0


def driver() -> verilator.Driver:
    return verilator.own_driver(MAIN, verilator.SAIF)


def _recorder(design: Design, store: Store, frames: int) -> Path:
    options = bench_options(design, frames)
    texts = {name: shipped.source(name, "sim") for name in ("tb_stream.sv", MAIN)}
    material = {
        "sources": design.sources,
        "memories": design.memories,
        "bench": texts,
        "options": options,
        "tools": [verilator.version(), gxx.version()],
        "flags": verilator.MODEL_FLAGS,
    }

    def build(folder: Path) -> None:
        sources = [path.name for path in design.write_sources(folder)]
        for name, text in texts.items():
            (folder / name).write_text(text)
        verilator.build(folder, [*sources, "tb_stream.sv"], "tb_stream", driver(), store, options)
        shutil.rmtree(folder / "model")

    return store.stage("recorder", material, build)


def _check(said: str, beats: int) -> None:
    received, mismatches = map(int, said.split()[-2:])
    if (received, mismatches) != (beats, 0):
        raise MismatchError(f"activity: received {received} of {beats} beats, {mismatches} of them differ")
