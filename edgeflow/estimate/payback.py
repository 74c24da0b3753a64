"""An inference's energy and cost against the float baseline on a CPU, and how many inferences repay the training.

The baseline's and the training's times are measured, the CPU's power and the price of energy are stated, the student's
energy is modelled: every result is no better than these.
"""

from dataclasses import dataclass
from math import ceil

JOULES_IN_KWH = 3.6e6


@dataclass(frozen=True)
class Payback:
    cpu_watts: float  # stated, of one core that works
    price_per_kwh: float  # stated, in any currency
    baseline_nj: float  # an inference
    ratio: float  # baseline over student
    ratio_low: float  # of the student's highest energy
    ratio_high: float
    baseline_cost: float  # a million inferences, in the price's currency
    student_cost: float
    training_seconds: float  # measured: teacher, baseline and student, on one core's power
    training_kj: float
    repaid_after: int | None  # inferences; None where the student saves nothing


def payback(
    student_nj: tuple[float, float, float],
    cpu_latency_us: float,
    training_seconds: float,
    cpu_watts: float,
    price_per_kwh: float,
) -> Payback:
    """``student_nj`` is an inference's lowest, typical and highest energy."""
    low, typical, high = student_nj
    baseline_nj = 1000 * cpu_latency_us * cpu_watts
    training_j = training_seconds * cpu_watts
    saved_nj = baseline_nj - typical
    return Payback(
        cpu_watts,
        price_per_kwh,
        baseline_nj,
        baseline_nj / typical,
        baseline_nj / high,
        baseline_nj / low,
        _cost_of_a_million(baseline_nj, price_per_kwh),
        _cost_of_a_million(typical, price_per_kwh),
        training_seconds,
        training_j / 1000,
        ceil(training_j / (saved_nj * 1e-9)) if saved_nj > 0 else None,
    )


def _cost_of_a_million(nanojoules: float, price_per_kwh: float) -> float:
    return nanojoules * 1e-9 * 1e6 / JOULES_IN_KWH * price_per_kwh
