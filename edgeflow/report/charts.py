"""Bars, gauges and matrices, drawn from values alone; ``plots`` has points against axes."""

from collections.abc import Mapping, Sequence

from edgeflow.report.svg import WIDTH, Picture, element, text

LABELS = 130  # what stands left of the bars
SHOWN = 100  # what stands right of them
BAR = 14
LONGEST = 18  # characters of a label
LARGEST_WRITTEN = 20  # classes of a matrix whose counts are still legible
TONES = ("first", "second")


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    marked: frozenset[int] = frozenset(),
    each_row: bool = False,
) -> Picture:
    """Horizontal bars, one a series in each row; ``marked`` rows are set off with a star. Lengths share one scale, or
    with ``each_row`` one a row, for rows of different units."""
    step = BAR * len(series) + 10
    top = 26 if len(series) > 1 else 6
    longest = max((value for values in series.values() for value in values), default=0)
    parts = _legend(list(series)) if len(series) > 1 else []
    for row, label in enumerate(labels):
        y = top + row * step
        scale = max(values[row] for values in series.values()) if each_row else longest
        parts.append(text(0, y + BAR * len(series) / 2 + 5, label, longest=LONGEST))
        for i, values in enumerate(series.values()):
            tone = "chosen" if row in marked else TONES[i]
            parts.append(_bar(y + i * BAR, values[row], scale, f"{values[row]:,}{' *' if row in marked else ''}", tone))
    return Picture(title, top + step * len(labels), tuple(parts))


def _bar(y: float, value: float, scale: float, shown: str, tone: str) -> str:
    length = (WIDTH - LABELS - SHOWN) * value / scale if scale else 0
    rectangle = element("rect", x=LABELS, y=y, width=length, height=BAR - 2, class_=tone)
    return rectangle + text(LABELS + length + 6, y + BAR - 3, shown, "faint")


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for i, name in enumerate(names):
        x = LABELS + 120 * i
        parts += [element("rect", x=x, y=4, width=10, height=10, class_=TONES[i]), text(x + 16, 14, name)]
    return parts


def gauges(title: str, rows: Sequence[tuple[str, int, int]]) -> Picture:
    """How much of each resource is used: name, used, of how many."""
    parts, full = [], WIDTH - LABELS - SHOWN
    for i, (name, used, of) in enumerate(rows):
        y = 6 + i * 28
        share = used / of if of else 0.0
        tone = "chosen" if share > 1 else "first"
        parts += [
            text(0, y + 13, name, longest=LONGEST),
            element("rect", x=LABELS, y=y, width=full, height=16, class_="ground"),
            element("rect", x=LABELS, y=y, width=full * min(share, 1), height=16, class_=tone),
            text(LABELS + full + 6, y + 13, f"{100 * share:.1f} %", "faint"),
        ]
    return Picture(title, 8 + 28 * len(rows), tuple(parts))


def dots(title: str, rows: Sequence[tuple[str, float, float]], unit: str) -> Picture:
    """Values that lie close together, on a scale that shows where they differ; each with half its interval, or 0."""
    low, high = min(value - half for _, value, half in rows), max(value + half for _, value, half in rows)
    full, parts = WIDTH - LABELS - SHOWN, []
    for i, (name, value, half) in enumerate(rows):
        y = 16 + 24 * i
        first, at, last = (_along(v, low, high, full) for v in (value - half, value, value + half))
        parts += [
            text(0, y + 4, name, longest=LONGEST),
            element("path", d=f"M{LABELS} {y}H{LABELS + full}", class_="axis"),
            *([element("rect", x=first, y=y - 2, width=last - first, height=4, class_="first")] if half else []),
            element("circle", cx=at, cy=y, r=6, class_="first"),
            text(LABELS + full + 6, y + 4, f"{value:.2f} {unit}", "faint"),
        ]
    return Picture(title, 12 + 24 * len(rows), tuple(parts))


def _along(value: float, low: float, high: float, full: float) -> float:
    return LABELS + 8 + (full - 16) * ((value - low) / (high - low) if high > low else 0.5)


def matrix(title: str, counts: Sequence[Sequence[int]], across: str, down: str) -> Picture:
    """Counts as tones: what is on the diagonal in the first colour, what is beside it in the second."""
    size, left, top = (WIDTH - 60) / len(counts), 50, 44
    parts = [text(left, 14, f"{across} →", "faint"), text(0, top - 8, f"{down} ↓", "faint")]
    written = len(counts) <= LARGEST_WRITTEN
    for true, row in enumerate(counts):
        if written:
            parts.append(text(left - 8, top + (true + 0.5) * size + 5, str(true), "faint", "end"))
            parts.append(text(left + (true + 0.5) * size, top - 8, str(true), "faint", "middle"))
        for named, count in enumerate(row):
            parts.append(_cell(left + named * size, top + true * size, size, count / (sum(row) or 1), true == named))
            if written and count:
                tone = "over" if count > 0.5 * sum(row) else ""
                parts.append(
                    text(left + (named + 0.5) * size, top + (true + 0.5) * size + 5, str(count), tone, "middle")
                )
    return Picture(title, top + size * len(counts) + 4, tuple(parts))


def _cell(x: float, y: float, size: float, share: float, right: bool) -> str:
    ground = element("rect", x=x, y=y, width=size - 1, height=size - 1, class_="ground")
    if not share:
        return ground
    strength = 0.25 + 0.75 * share  # the rarest mistake can still be seen
    tone = "first" if right else "second"
    return ground + element("rect", x=x, y=y, width=size - 1, height=size - 1, class_=tone, opacity=strength)
