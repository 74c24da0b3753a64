"""``Rehearsal``: what the validation split says of a recipe, and nothing of the test split."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.training._trained import StepRecord

FILE = "rehearsals.json"


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


def save(rehearsals: Sequence[Rehearsal], folder: Path) -> None:
    (folder / FILE).write_text(json.dumps([asdict(one) for one in rehearsals], indent=2) + "\n")


def load(folder: Path) -> list[Rehearsal]:
    """Read what ``save`` wrote."""
    return [_rehearsal(about) for about in json.loads((folder / FILE).read_text())]


def _rehearsal(about: dict[str, Any]) -> Rehearsal:
    scores = {name: Validated(**values) for name, values in about["scores"].items()}
    records = tuple(StepRecord(**record) for record in about["compression"])
    return Rehearsal(**(about | {"scores": scores, "compression": records}))
