"""``Fitted``: the shapes chosen for a part, what they take and give, and what stands in the way of more."""

from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.estimate.by_layer import by_layer
from edgeflow.fit.goal import Goal
from edgeflow.fit.room import RESOURCES
from edgeflow.fit.trial import Trial
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Pixels, Shape


@dataclass(frozen=True)
class FittedLayer:
    name: str
    shape: str
    interval_cycles: int
    cost: Cost  # estimated
    binds: bool  # whether it sets the interval


@dataclass(frozen=True)
class Binding:
    """Why it is not faster."""

    layers: tuple[str, ...]  # the slowest ones
    resource: str | None  # that runs out first; None where every layer is as fast as it can be
    why: str


@dataclass(frozen=True)
class Fitted:
    name: str
    board: str
    goal: str
    clock_mhz: float  # as a recipe asks for it
    exact_mhz: float  # what the board's PLL makes of it
    fmax_mhz: float  # estimated
    layers: tuple[FittedLayer, ...]
    shapes: dict[str, Shape]  # of the layers whose shape was chosen
    interval_cycles: int  # exact, as the latency
    latency_cycles: int
    cells: dict[str, int]  # of the core, estimated
    room: dict[str, int]  # for the core: the budget less link and what routing needs
    budget: dict[str, int]
    binding: Binding
    copies: int  # of the core in that room, estimated
    notes: tuple[str, ...] = ()

    @property
    def folding(self) -> dict[str, Any]:
        """The shapes as a recipe says them."""
        return {name: spelled(shape) for name, shape in self.shapes.items()}

    @property
    def fps(self) -> float:
        return self.exact_mhz * 1e6 / self.interval_cycles

    @property
    def latency_us(self) -> float:
        return self.latency_cycles / self.exact_mhz

    def as_json(self) -> dict[str, Any]:
        """Plain data; every number's kind is in a name or a neighbour."""
        speed = {"frames_per_second": self.fps, "latency_us": self.latency_us}
        return (
            asdict(self)
            | {"shapes": self.folding}
            | speed
            | {"copies_frames_per_second": self.copies * self.fps, "kind": "estimated"}
        )


def fitted(
    trial: Trial,
    board: str,
    budget: dict[str, int],
    goal: Goal,
    clocks: tuple[float, float],
    binding: Binding,
    notes: tuple[str, ...],
) -> Fitted:
    """``clocks``: as asked for, and exact."""
    design = trial.design
    layers = tuple(
        FittedLayer(made.name, made.shape, made.interval_cycles, cost, made.name in binding.layers)
        for made, cost in zip(design.layers, by_layer(design, trial.needs.cells), strict=True)
    )
    return Fitted(
        design.top,
        board,
        str(goal),
        *clocks,
        trial.needs.fmax_mhz,
        layers,
        {name: option.shape for name, option in trial.choice.items()},
        design.interval_cycles,
        design.latency_cycles,
        dict(trial.needs.cells),
        trial.room,
        budget,
        binding,
        trial.copies,
        notes,
    )


def spelled(shape: Shape) -> Any:
    """As a recipe's ``hardware.folding`` has it."""
    match shape:
        case Fold(pe=pe, simd=simd):
            return {"pe": pe, "simd": simd}
        case Pixels(pixels=pixels):
            return {"pixels": pixels}
        case word:
            return word


def over(trial: Trial) -> list[str]:
    """By how much each resource runs out."""
    return [
        f"{name}: {trial.needs.cells[name]:,} needed, {trial.room[name]:,} there for the network, "
        f"{trial.needs.cells[name] - trial.room[name]:,} too many"
        for name in sorted(RESOURCES, key=lambda name: -trial.shares[name])
        if trial.needs.cells[name] > trial.room[name]
    ]
