"""The figures that a trial gives: which are better high, and which stage finds them.

Accuracy is that of the validation split: what a sweep chooses by must not be what it is judged by.
"""

from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """How far a trial has to go."""

    TRAIN = 1
    ESTIMATE = 2
    ROUTE = 3


@dataclass(frozen=True)
class Figure:
    stage: Stage
    unit: str = ""
    better_high: bool = False


COUNTED = {name: Figure(Stage.TRAIN) for name in ("weight_bits", "macs", "bit_operations")}
CELLS = ("luts", "ffs", "brams", "dsps")
FIGURES: dict[str, Figure] = {
    "accuracy": Figure(Stage.TRAIN, better_high=True),
    **COUNTED,
    **{f"estimated.{name}": Figure(Stage.ESTIMATE) for name in CELLS},
    "estimated.latency_ns": Figure(Stage.ESTIMATE, "ns"),  # exact in cycles, at the recipe's clock
    "estimated.interval_ns": Figure(Stage.ESTIMATE, "ns"),
    "estimated.energy_nj": Figure(Stage.ESTIMATE, "nJ"),  # modelled, of an inference, with typical activity
    **{f"routed.{name}": Figure(Stage.ROUTE) for name in CELLS},
    "routed.fmax_mhz": Figure(Stage.ROUTE, "MHz", better_high=True),
    "routed.latency_ns": Figure(Stage.ROUTE, "ns"),  # at the routed fmax, the recipe's clock at most
}


def excess(name: str, value: float) -> float:
    """The figure as something to minimize."""
    return -value if FIGURES[name].better_high else value
