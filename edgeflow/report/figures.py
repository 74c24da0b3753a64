"""The figures that runs are compared by: which they are, how they read, and which way is better."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from edgeflow.report.evidence import COSTS
from edgeflow.report.kinds import Number, value_at


class Better(Enum):
    LESS = auto()
    MORE = auto()


def _whole(value: Number) -> str:
    return f"{value:,.0f}"


def _percent(value: Number) -> str:
    return f"{100 * value:.2f} %"


def _mhz(value: Number) -> str:
    return f"{value:.1f} MHz"


def _us(value: Number) -> str:
    return f"{value:.3f} us"


def _nj(value: Number) -> str:
    return f"{value:.3g} nJ"


def _in_percent(difference: Number, of: Number) -> str:
    return f"{100 * difference / of:+.1f} %" if of else "from 0"


def _in_points(difference: Number, of: Number) -> str:
    return f"{100 * difference:+.2f} points"


@dataclass(frozen=True)
class Figure:
    key: str  # dotted, in the report
    label: str
    better: Better
    shown: Callable[[Number], str] = _whole
    change: Callable[[Number, Number], str] = _in_percent

    def of(self, content: dict[str, Any]) -> Number | None:
        """None if the run did not make it."""
        found: Number | None = value_at(content, self.key)
        return found

    def beside(self, value: Number | None, against: Number | None) -> str:
        """The value, with its change where there is one."""
        if value is None:
            return "-"
        if against is None or value == against:
            return self.shown(value)
        return f"{self.shown(value)} ({self.change(value - against, against)})"

    def is_worse(self, value: Number | None, than: Number | None, tolerance: float = 0.0) -> bool:
        """Worse by more than this fraction of ``than``; what is not there is never worse."""
        if value is None or than is None:
            return False
        margin = tolerance * abs(than)
        return value > than + margin if self.better is Better.LESS else value < than - margin


def _cells(key: str, of: str) -> tuple[Figure, ...]:
    return tuple(Figure(f"{key}.{cost}", f"{of} {name}", Better.LESS) for cost, name in COSTS.items())


# Nothing here depends on how busy a machine is: the same sources give the same figures.
FIGURES = (
    Figure("accuracy.student", "Student, test accuracy", Better.MORE, _percent, _in_points),
    Figure("accuracy.network", "Network, test accuracy", Better.MORE, _percent, _in_points),
    Figure("accuracy.rtl", "RTL, test accuracy", Better.MORE, _percent, _in_points),
    Figure("verification.mismatches", "Mismatches", Better.LESS),
    Figure("weight_bits.student", "Weight bits", Better.LESS),
    Figure("student.bit_operations", "Bit operations a frame", Better.LESS),
    Figure("verification.latency_cycles", "Latency, cycles", Better.LESS),
    Figure("verification.interval_cycles", "Interval, cycles", Better.LESS),
    Figure("latency_us", "Latency at the clock", Better.LESS, _us),
    Figure("frames_per_second", "Frames a second", Better.MORE),
    Figure("energy.frame_nj", "Energy an inference", Better.LESS, _nj),
    *_cells("estimate", "Core"),
    *_cells("core", "Core"),
    *_cells("implementation", "Board"),
    Figure("implementation.fmax_mhz", "Fmax, best seed", Better.MORE, _mhz),
)
