"""A drawing of the die: where the cells of each layer lie, block memories and multipliers set off."""

from collections.abc import Iterator, Sequence

from edgeflow.report.svg import WIDTH, Picture, element, text

FIXED = "#"  # pins and clocks
LINE = 18  # of the legend
LONGEST = 26  # characters of a name


def floorplan(title: str, owners: Sequence[str], rows: Sequence[str]) -> Picture:
    """``rows`` have one letter a tile: of ``owners`` a, b, ..., in capitals for block memories and multipliers."""
    size = WIDTH / len(rows[0])
    bottom = size * len(rows)
    parts = [element("rect", x=0, y=0, width=WIDTH, height=bottom, class_="ground")]
    for i, owner in enumerate(owners):
        letter = chr(ord("a") + i)
        parts += [
            _tiles(rows, letter, size, f"part-{i}"),
            _tiles(rows, letter.upper(), size, f"part-{i} block"),
            *_entry(i, owner, sum(row.lower().count(letter) for row in rows), bottom + 12),
        ]
    parts.append(_tiles(rows, FIXED, size, "fixed"))
    return Picture(title, bottom + 16 + LINE * ((len(owners) + 1) // 2), tuple(part for part in parts if part))


def _entry(i: int, owner: str, tiles: int, top: float) -> tuple[str, str]:
    """One of two columns of the legend."""
    x, y = WIDTH / 2 * (i % 2), top + LINE * (i // 2)
    square = element("rect", x=x, y=y, width=10, height=10, class_=f"part-{i}")
    return square, text(x + 16, y + 10, f"{tiles:,} {owner}", longest=LONGEST)


def _tiles(rows: Sequence[str], letter: str, size: float, class_: str) -> str:
    """All tiles of one letter as one path."""
    drawn = "".join(
        f"M{_short(size * start)} {_short(size * y)}h{_short(size * length)}v{_short(size)}h-{_short(size * length)}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row, letter)
    )
    return element("path", d=drawn, class_=class_) if drawn else ""


def _runs(row: str, letter: str) -> Iterator[tuple[int, int]]:
    """Where the letter stands in a row, and how often without a gap."""
    start = row.find(letter)
    while start >= 0:
        length = len(row[start:]) - len(row[start:].lstrip(letter))
        yield start, length
        start = row.find(letter, start + length)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
