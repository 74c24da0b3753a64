"""A simulation case: vectors packed into beats, and the phases a bench goes through."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.kernels._unit import hex_rows
from edgeflow.rtl.design import Design, Stream

RESETS = 8  # one alone may come where everything happens to be at its start


@dataclass(frozen=True)
class Phase:
    """One pass over all vectors. Pauses are chances out of 256 for each cycle."""

    name: str
    gap: int = 0
    stall: int = 0
    resets: tuple[int, ...] = ()  # cycles after each of which a reset comes and the vectors start again


@dataclass(frozen=True)
class Case:
    frames: int
    beats: int  # expected
    seed: int
    phases: tuple[Phase, ...]
    timeout_cycles: int
    drain_cycles: int


def beats(frames: Integers, stream: Stream) -> str:
    """Frames (batch, features) as $readmemh text, one beat a line, lane 0 low."""
    return hex_rows(np.asarray(frames).reshape(-1, stream.lanes), stream.format.width)


def unpack(word: int, stream: Stream) -> list[int]:
    """The values of one beat."""
    width, y = stream.format.width, stream.format
    lanes = [(word >> (width * i)) & ((1 << width) - 1) for i in range(stream.lanes)]
    return [v - (1 << width) if y.signed and v >> (width - 1) else v for v in lanes]


def read_beats(file: Path, frames: int, stream: Stream) -> Integers:
    """Frames (frames, features) from $writememh text."""
    words = [int(line, 16) for line in file.read_text().split("\n") if line and not line.startswith("//")]
    values = [value for word in words[: frames * stream.beats] for value in unpack(word, stream)]
    return np.array(values, np.int64).reshape(frames, stream.features)


def standard_case(design: Design, frames: int, seed: int) -> Case:
    """Full rate (where cycles are measured), pauses on both sides, and resets in the middle of frames."""
    frame_cycles = max(design.interval_cycles, design.s_axis.beats, design.m_axis.beats)
    busy = 2 * design.latency_cycles + frame_cycles  # some results have come, and each reset finds another position
    resets = tuple(busy + frame_cycles * k // RESETS for k in range(RESETS))
    phases = (
        Phase("full rate"),
        Phase("gaps and stalls", gap=96, stall=96),
        Phase("reset in mid-frame", gap=24, stall=24, resets=resets),
    )
    timeout = 200 + 8 * (frames * frame_cycles + design.latency_cycles)
    return Case(frames, frames * design.m_axis.beats, seed, phases, timeout, design.latency_cycles + 4 * frame_cycles)


def write(case: Case, design: Design, x: Integers, y: Integers, folder: Path) -> None:
    """Vectors and case file for sim/tb_stream."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stimulus.hex").write_text(beats(x, design.s_axis))
    (folder / "expected.hex").write_text(beats(y, design.m_axis))
    (folder / "case.json").write_text(json.dumps(asdict(case)))
