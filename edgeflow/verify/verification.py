"""``Verification``: the evidence that the hardware computes what was trained, and how fast."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "verification.json"


@dataclass(frozen=True)
class Difference:
    """The first value on the first rung of the ladder that differs from the rung before it."""

    rung: str  # what differs: "csim", "Network" or "RTL"
    against: str  # the rung before it
    layer: str
    sample: int
    channel: int
    expected: float
    got: float
    phase: str = ""  # of the RTL simulation

    def __str__(self) -> str:
        return (
            f"{self.rung} differs from {self.against} first in layer {self.layer}, sample {self.sample}, "
            f"channel {self.channel}: expected {self.expected:g}, got {self.got:g}"
            f"{f' (simulated: {self.phase})' if self.phase else ''}"
        )


@dataclass(frozen=True)
class Verification:
    samples: int  # frames compared on every rung but the RTL; the first ``test_samples`` are the test split
    rtl_samples: int  # of these the RTL simulated so many
    test_samples: int
    mismatches: int  # frames with any differing logit on any rung
    difference: Difference | None
    accuracy: dict[str, float]  # firmware, network, rtl: fractions of the test split, of what was simulated of it
    latency_cycles: int  # measured
    interval_cycles: int  # measured
    phases: tuple[str, ...]  # what the RTL went through
    seed: int
    simulator: str  # with version
    waves: str | None  # file name

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")


def load(folder: Path) -> Verification:
    data = json.loads((folder / FILE).read_text())
    difference = Difference(**data["difference"]) if data["difference"] else None
    return Verification(**data | {"difference": difference, "phases": tuple(data["phases"])})
