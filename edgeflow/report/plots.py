"""Points against two axes: a Pareto front with one point highlighted, or a few points with their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from edgeflow.report.svg import WIDTH, Picture, element, plain, text

HEIGHT = 300
LEFT, RIGHT, TOP, BOTTOM = 64, 36, 34, 48
LONGEST = 30  # characters of a name


@dataclass(frozen=True)
class Point:
    label: str
    x: float  # cost: less is better
    y: float  # merit: more is better
    chosen: bool = False


@dataclass(frozen=True)
class Axis:
    label: str
    lowest: float
    highest: float
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1."""
        low, high, at = (log10(v) if self.logarithmic else v for v in (self.lowest, self.highest, value))
        return (at - low) / (high - low)

    def ticks(self) -> list[float]:
        if self.logarithmic:
            return [10.0**power for power in range(round(log10(self.lowest)), round(log10(self.highest)) + 1)]
        return [self.lowest + (self.highest - self.lowest) * i / 4 for i in range(5)]


def axis(label: str, values: Sequence[float]) -> Axis:
    """Wide enough for the values; logarithmic, in whole decades, where they span more than one."""
    low, high = min(values), max(values)
    if low > 0 and high > 10 * low:
        return Axis(label, 10.0 ** floor(log10(low)), 10.0 ** ceil(log10(high)), logarithmic=True)
    margin = 0.15 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(label, low - margin, high + margin)


def front_of(points: Sequence[Point]) -> list[Point]:
    """Those with more merit than every point that costs no more, by rising cost."""
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.x, -p.y)):
        if not best or point.y > best[-1].y:
            best.append(point)
    return best


def front(title: str, points: Sequence[Point], x_label: str, y_label: str) -> Picture:
    """All points, a line through the best of them, and the chosen one larger and named."""
    plot = _Plot.around(points, x_label, y_label)
    corners = " ".join(f"{plot.across(point.x):.2f},{plot.down(point.y):.2f}" for point in front_of(points))
    line = element("polyline", points=corners, class_="front")
    return Picture(title, HEIGHT, (*plot.axes(), line, *(plot.dot(point, point.chosen) for point in points)))


def scattered(title: str, points: Sequence[Point], x_label: str, y_label: str) -> Picture:
    """All points, those chosen larger; each has its name where the pointer rests."""
    plot = _Plot.around(points, x_label, y_label)
    return Picture(title, HEIGHT, (*plot.axes(), *(plot.dot(point, False) for point in points)))


def named(title: str, points: Sequence[Point], x_label: str, y_label: str) -> Picture:
    """A few points, each with its name."""
    plot = _Plot.around(points, x_label, y_label)
    return Picture(title, HEIGHT, (*plot.axes(), *(plot.dot(point, True) for point in points)))


@dataclass(frozen=True)
class _Plot:
    x: Axis
    y: Axis

    @classmethod
    def around(cls, points: Sequence[Point], x_label: str, y_label: str) -> "_Plot":
        return cls(axis(x_label, [point.x for point in points]), axis(y_label, [point.y for point in points]))

    def across(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * self.x.share(value)

    def down(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * self.y.share(value)

    def axes(self) -> list[str]:
        parts = [text(WIDTH - RIGHT, HEIGHT - 6, self.x.label, anchor="end"), text(0, 12, self.y.label)]
        for tick in self.x.ticks():
            at = self.across(tick)
            parts.append(text(at, HEIGHT - BOTTOM + 18, _number(tick), "faint", "middle"))
            parts.append(element("path", d=f"M{at:.2f} {HEIGHT - BOTTOM}v5", class_="axis"))
        for tick in self.y.ticks():
            at = self.down(tick)
            parts.append(text(LEFT - 8, at + 4, _number(tick), "faint", "end"))
            parts.append(element("path", d=f"M{LEFT} {at:.2f}H{WIDTH - RIGHT}", class_="axis"))
        return parts

    def dot(self, point: Point, with_name: bool) -> str:
        x, y = self.across(point.x), self.down(point.y)
        tip = element("title", plain(f"{point.label}: {self.x.label} {point.x:,g}, {self.y.label} {point.y:,g}"))
        tone = "chosen" if point.chosen else "first"
        drawn = element("circle", tip, cx=x, cy=y, r=7 if point.chosen else 4.5, class_=tone)
        if not with_name:
            return drawn
        left = x > WIDTH / 2  # names stay inside; the chosen one's does not lie on a neighbour's
        below = y + 20 if point.chosen else y - 8
        return drawn + text(x - 9 if left else x + 9, below, point.label, "", "end" if left else "start", LONGEST)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
