"""One trial to run, as plain data that can go to another process or machine."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from edgeflow.sweep.plan import Limits, Point

RECIPE, LOG = "recipe.yaml", "log.txt"


@dataclass(frozen=True)
class Task:
    number: int
    point: Point
    base: str  # the base recipe, YAML text
    stage: int  # how far to go
    function: str  # module:name of what maps a Task to Figures
    limits: Limits
    folder: Path  # where the trial works: recipe.yaml, log.txt, result.json
    home: Path  # where it is published
    notes: dict[str, object] = field(default_factory=dict)  # the sampler's, kept with the result
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def recipe(self) -> Path:
        """The trial's recipe, a file like any other."""
        return self.folder / RECIPE

    def at(self, folder: Path, home: Path) -> "Task":
        return replace(self, folder=folder, home=home)

    def to_json(self) -> str:
        """On one line."""
        data = asdict(replace(self, limits=self.limits.model_dump()))  # type: ignore[arg-type]
        return json.dumps(data, default=str)

    @classmethod
    def from_json(cls, text: str) -> "Task":
        data = json.loads(text)
        paths = {name: Path(data[name]) for name in ("folder", "home")}
        return cls(**data | paths | {"limits": Limits.model_validate(data["limits"])})


Figures = dict[str, float]
