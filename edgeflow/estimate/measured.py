"""What was measured of the float baseline, kept without the runtime that measured it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "baseline.json"


@dataclass(frozen=True)
class MeasuredBaseline:
    cpu_latency_us: float  # median of single-sample calls on one thread
    onnxruntime: str  # its version

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "MeasuredBaseline":
        return cls(**json.loads((folder / FILE).read_text()))
