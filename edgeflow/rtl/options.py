"""The shapes that a layer may take, each with its cycles and about its cost: what folding is chosen from.

Cycles are exact. Costs are forms that take no solver and no netlist, so that a network's options are there at once:
whoever chooses composes the choice and learns what it really costs.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from edgeflow.circuit.cost import product_luts
from edgeflow.fixedpoint import Integers
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Beat, Fold, Foldable, Pixels, Shape, Stage, Unit, divisors, foldable, hardware
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.unrolled import Group, Lanes, unrolled_unit

FEW_LANES = 8  # of a wide beat so many are built, and the rest counted
ADDITION_BITS = 10  # of a typical addition in a matrix product
REGISTERS = 1.4  # registers a LUT where every addition has one behind it, by models/digits' layers at 100 MHz


@dataclass(frozen=True)
class Option:
    """A layer in one shape, with the logic behind it at the lanes that the shape gives."""

    shape: Shape
    interval_cycles: int  # of its slowest unit
    cost: Cost
    lanes: int  # values a beat that it makes

    def dominates(self, other: "Option") -> bool:
        """No worse in anything."""
        mine, others = (self.interval_cycles, *amounts(self.cost)), (other.interval_cycles, *amounts(other.cost))
        return all(a <= b for a, b in zip(mine, others, strict=True))


def amounts(cost: Cost) -> tuple[int, int, int, int]:
    return cost.luts, cost.ffs, cost.brams, cost.dsps


def options_of(
    network: Network, clock_mhz: float, delays: Delays, names: Collection[str] | None = None
) -> dict[str, list[Option]]:
    """For every layer that folds, or those of them named, its options, fastest first; none that another equals or beats
    in everything."""
    chosen = {
        i: kernel
        for i, layer in enumerate(network.layers)
        if (kernel := foldable(layer)) and (names is None or layer.name in names)
    }
    behind = _followers(network, chosen)
    made: dict[str, list[Option]] = {}
    for i, kernel in chosen.items():
        logic = _Logic([network.layers[j] for j in behind[i]], clock_mhz, delays)
        made[network.layers[i].name] = undominated([_option(kernel, shape, logic) for shape in shapes_of(kernel)])
    return made


def shapes_of(kernel: Foldable) -> Iterator[Shape]:
    """Every legal shape that differs from the others; the wide ones first, which need the fewest accumulators."""
    pes, simds = kernel.folds()
    yield from (Fold(pe, simd) for simd in reversed(simds) for pe in pes)
    yield "unrolled"
    image: Geometry | None = getattr(kernel, "geometry", None)
    if image:
        if image.repeat == (1, 1):
            yield from (Pixels(n) for n in divisors(image.out_width) if n > 1)
        if image.positions > 1:
            yield "parallel"


def undominated(options: Sequence[Option]) -> list[Option]:
    """By cycles; of equal ones the first stays."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda o: (o.interval_cycles, *amounts(o.cost))):
        if not any(better.dominates(option) for better in kept):
            kept.append(option)
    return kept


def _followers(network: Network, chosen: Collection[int]) -> dict[int, list[int]]:
    """For each chosen layer those that take their lanes from it: up to the next one chosen, by the first source."""
    owner: dict[int, int] = {-1: -1}
    found: dict[int, list[int]] = {-1: []}
    for i, sources in enumerate(network.sources):
        owner[i] = i if i in chosen else owner[sources[0]]
        found.setdefault(owner[i], [])
        if owner[i] != i:
            found[owner[i]].append(i)
    return found


def _option(kernel: Foldable, shape: Shape, logic: "_Logic") -> Option:
    stages = kernel.stages(shape, ())
    cycles = max(stage.interval_cycles if isinstance(stage, Unit) else stage.beats for stage in stages)
    lanes = stages[-1].out_lanes
    cost = sum((_cost(kernel, stage, logic) for stage in stages), logic.at(lanes))
    return Option(shape, cycles, cost, lanes)


def _cost(kernel: Foldable, stage: Stage, logic: "_Logic") -> Cost:
    if isinstance(stage, Unit):
        return stage.cost
    luts = _beat_luts(kernel, stage)
    return Cost(luts, int(luts * logic.registers))


def _beat_luts(kernel: Foldable, beat: Beat) -> int:
    """Of the logic of one beat: products by constants, or comparisons."""
    weight: Integers | None = getattr(kernel, "matrix", None)
    outputs = beat.out_lanes
    if weight is None:
        return (sum(beat.in_lanes) - outputs) * 2 * beat.y.width
    return product_luts(weight, beat.formats[0].width) * outputs // len(weight.T)


class _Logic:
    """Layers without a shape of their own, by the lanes that they get."""

    def __init__(self, layers: list[Layer], clock_mhz: float, delays: Delays):
        self._layers, self._clock_mhz, self._delays = layers, clock_mhz, delays
        self._known: dict[int, Cost] = {}
        addition_ns = delays.route_ns + 2 * delays.lut_ns + delays.carry_ns * ADDITION_BITS
        self.registers = REGISTERS * min(1.0, addition_ns / max(1000 / clock_mhz - delays.register_ns, 0.1))

    def at(self, lanes: int) -> Cost:
        if lanes not in self._known:
            self._known[lanes] = sum((self._layer(layer, lanes) for layer in self._layers), Cost())
        return self._known[lanes]

    def _layer(self, layer: Layer, lanes: int) -> Cost:
        kernel, found = hardware(layer), Cost()
        for stage in kernel.stages("unrolled", (lanes,) * len(kernel.inputs)):
            found += stage.cost if isinstance(stage, Unit) else self._beats(layer, stage, lanes)
        return found

    def _beats(self, layer: Layer, beat: Beat, lanes: int) -> Cost:
        if own := foldable(layer):
            return _cost(own, beat, self)
        kernel, few = hardware(layer), max(n for n in divisors(lanes) if n <= FEW_LANES)
        part = kernel.stages("unrolled", (few,) * len(kernel.inputs))[-1]
        return self._beat(part) * max(1, beat.out_lanes // part.out_lanes)

    def _beat(self, stage: Stage) -> Cost:
        if isinstance(stage, Unit):
            return stage.cost
        inputs = tuple(Lanes(x, n) for x, n in zip(stage.formats, stage.in_lanes, strict=True))
        group = Group(inputs, (stage,), (tuple(range(len(inputs))),))
        return unrolled_unit("priced", group, self._clock_mhz, self._delays).unit.cost
