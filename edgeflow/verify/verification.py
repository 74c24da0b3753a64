"""``Verification``: the evidence that the hardware computes what was trained, and how fast."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from edgeflow.verify.confusion import Counts

FILE = "verification.json"


@dataclass(frozen=True)
class Difference:
    """The first value on the first rung of the ladder that differs from the rung before it."""

    rung: str  # what differs: "csim", "Network", "RTL" or "netlist"
    against: str  # the rung before it
    layer: str
    sample: int
    channel: int
    expected: float
    got: float
    phase: str = ""  # of the simulation
    why: str = ""  # overflow, rounding, scale, table or tie; empty where none of them explains it

    def __str__(self) -> str:
        return (
            f"{self.rung} differs from {self.against} first in layer {self.layer}, sample {self.sample}, "
            f"channel {self.channel}: expected {self.expected:g}, got {self.got:g}"
            f"{f' (simulated: {self.phase})' if self.phase else ''}{f'; cause: {self.why}' if self.why else ''}"
        )


@dataclass(frozen=True)
class Verification:
    samples: int  # frames compared on every rung above the RTL; the first ``test_samples`` are the test split
    rtl_samples: int  # of these the RTL simulated so many
    test_samples: int
    mismatches: int  # frames with any differing logit on any rung
    difference: Difference | None
    accuracy: dict[str, float]  # of each rung, fractions of the test split, of what was simulated of it
    latency_cycles: int  # measured
    interval_cycles: int  # measured
    phases: tuple[str, ...]  # what the RTL went through
    seed: int
    simulator: str  # with version
    waves: str | None  # file name
    layer_frames: int = 0  # on top of these, frames for layers alone, which drive their sums to both ends
    netlist_samples: int = 0  # of these the synthesized netlist simulated so many
    netlist_simulator: str | None = None  # with version
    confusion: Counts = ()  # the network's, on the test split

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")


def load(folder: Path) -> Verification:
    data = json.loads((folder / FILE).read_text())
    difference = Difference(**data["difference"]) if data["difference"] else None
    confusion = tuple(tuple(row) for row in data["confusion"])
    return Verification(**data | {"difference": difference, "phases": tuple(data["phases"]), "confusion": confusion})
