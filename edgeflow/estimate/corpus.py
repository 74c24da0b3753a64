"""The corpus: designs of known numbers, what they are made of and what they took. One JSON object a line; it ships.

What a design is made of stands beside what it took, so that constants are fitted without generating anything.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from edgeflow.errors import InputError

SHIPPED = Path(__file__).parent / "corpus.jsonl"
FIGURES = ("luts", "ffs", "carries", "brams", "dsps", "fmax_mhz")


@dataclass(frozen=True)
class Row:
    number: int
    board: str
    family: str
    architecture: str
    failure: str | None = None  # why there are no figures
    clock_mhz: float = 0.0  # planned for and aimed at
    terms: Mapping[str, float] = field(default_factory=dict)  # features.py
    found: Mapping[str, float] = field(default_factory=dict)  # FIGURES; no fmax_mhz where it was packed only
    others: Mapping[str, float] = field(default_factory=dict)  # what else predicts cost: ebops, da4ml, macs
    tools: Mapping[str, str] = field(default_factory=dict)  # name -> version

    @property
    def key(self) -> tuple[int, str]:
        return self.number, self.board


def load(path: Path = SHIPPED) -> list[Row]:
    """Raises InputError with file and line of what is no row."""
    rows = []
    for i, line in enumerate(path.read_text().splitlines(), 1):
        try:
            rows.append(Row(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}:{i}: no row of a corpus: {error}") from None
    return rows


def save(rows: Iterable[Row], path: Path) -> None:
    """By number and board; whole, or not at all."""
    lines = [_line(row) for row in sorted(rows, key=lambda row: row.key)]
    work = path.with_name(f".{path.name}")
    work.write_text("".join(lines))
    work.rename(path)


def _line(row: Row) -> str:
    return json.dumps({key: value for key, value in asdict(row).items() if value not in (None, {})}) + "\n"
