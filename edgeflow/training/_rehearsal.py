"""``Rehearsal``: what the validation split says of a recipe, and nothing of the test split."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from edgeflow.training._trained import StepRecord

FILE = "rehearsal.json"


@dataclass(frozen=True)
class Validated:
    accuracy: float
    balanced: float  # the mean over classes


@dataclass(frozen=True)
class Rehearsal:
    scores: dict[str, Validated]  # the same roles as in a TrainedModel
    weight_bits: int
    baseline_weight_bits: int
    compression: tuple[StepRecord, ...]

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Rehearsal":
        """Read what ``save`` wrote."""
        about = json.loads((folder / FILE).read_text())
        scores = {name: Validated(**values) for name, values in about["scores"].items()}
        return cls(**(about | {"scores": scores, "compression": tuple(StepRecord(**r) for r in about["compression"])}))
