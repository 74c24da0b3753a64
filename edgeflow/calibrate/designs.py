"""The numbered designs: ``drawn(7)`` is always the same network, with its folding and how fast it shall be.

Kinds of architecture take turns; each family gets the same numbers, at clocks of its own. From TRAINED on a number
stands for a trained student: a hundred foldings each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgeflow.calibrate import students
from edgeflow.calibrate.architectures import ARCHITECTURES, image
from edgeflow.calibrate.growing import started
from edgeflow.families._family import Family
from edgeflow.kernels._unit import Fold, Foldable, Pixels, Shape, divisors, foldable
from edgeflow.kernels.resize import Resize
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate
from edgeflow.rtl.shapes import Folding

SEED = 20261128
TRAINED, FOLDINGS = 100_000, 100
MOST_WEIGHTS_UNROLLED, MOST_WEIGHTS_LARGE = 400, 2000  # non-zero; da4ml and nextpnr take seconds for more
MOST_PARALLEL_FEATURES = 16
# As the unit costs tell them. iCE40 has no more; Gowin is placed to be counted, on a full part without an end.
MOST_LUTS = {"ecp5": 6000, "ice40": 6000, "gw1n": 2500, "gw2a": 6000}
MOST_LUTS_ROUTED, MOST_LUTS_ROUTED_LARGE = 1000, 3000
TRIED = 100  # frames
ROUTED = 3
LARGE = 11  # every so many designs one may unroll more


@dataclass(frozen=True)
class Drawn:
    number: int
    architecture: str
    network: Network
    folding: Folding
    eagerness: float  # clock wanted, as a share of the fastest that the family's pipelines are planned for

    @property
    def dead(self) -> bool:
        """Whether the output is the same for all inputs tried: synthesis would leave nothing of it."""
        x = self.network.input
        shape = (TRIED, self.network.in_features)
        y = self.network.run(np.random.default_rng(self.number).integers(x.lo, x.hi, shape, endpoint=True))
        return bool((y == y[0]).all())

    def routed(self, luts: int) -> bool:
        """Packing tells the cells and takes a fraction of the time: every third round of architectures, or of
        foldings of trained students, is routed.

        But not the large ones of it: nextpnr, which is WebAssembly here, takes minutes for them.
        """
        is_trained = self.number >= TRAINED
        turn = self.number % FOLDINGS if is_trained else self.number // len(ARCHITECTURES)
        is_large = self.number % LARGE == LARGE - 1 and not is_trained
        return turn % ROUTED == 0 and luts <= (MOST_LUTS_ROUTED_LARGE if is_large else MOST_LUTS_ROUTED)

    def clock_mhz(self, family: Family) -> float:
        """A register, three hops and a chain of ten bits are what a design at eagerness 1 does in a cycle."""
        delays = family.delays
        fastest = 1000 / (delays.register_ns + 2 * (delays.route_ns + delays.lut_ns) + 10 * delays.carry_ns)
        return round(fastest * self.eagerness, 1)

    def design(self, family: Family) -> Design:
        return generate(self.network, self.folding, self.clock_mhz(family), family.delays)


def drawn(number: int) -> Drawn:
    rng = np.random.default_rng([SEED, number])
    if number >= TRAINED:
        network = students.network((number - TRAINED) // FOLDINGS)
        return Drawn(number, "trained", network, _folding(rng, network, MOST_WEIGHTS_LARGE), _eagerness(rng))
    architecture = list(ARCHITECTURES)[number % len(ARCHITECTURES)]
    build, kind = ARCHITECTURES[architecture]
    growing = started(rng, image(rng, kind))
    build(growing)
    network = growing.network(f"design_{number}")
    most = MOST_WEIGHTS_LARGE if number % LARGE == LARGE - 1 else MOST_WEIGHTS_UNROLLED
    return Drawn(number, architecture, network, _folding(rng, network, most), _eagerness(rng))


def trained(foldings: int) -> list[int]:
    """The numbers of every student in so many foldings."""
    return [TRAINED + FOLDINGS * student + n for n in range(foldings) for student in students.FOLDERS]


def _eagerness(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.3, 1.1))


def _folding(rng: np.random.Generator, network: Network, most: int) -> Mapping[str, Shape]:
    style = rng.choice(["unrolled", "folded", "mixed"], p=[0.35, 0.3, 0.35])
    kernels = [(layer.name, kernel) for layer in network.layers if (kernel := foldable(layer))]
    return {name: _shape(rng, kernel, str(style), most) for name, kernel in kernels}


def _shape(rng: np.random.Generator, kernel: Foldable, style: str, most: int) -> Shape:
    weights = int(np.count_nonzero(getattr(kernel, "weight", 0)))
    unrolled = style == "unrolled" or (style == "mixed" and rng.random() < 0.5)
    if unrolled and weights <= most:
        chance, small = rng.random(), kernel.out_features <= MOST_PARALLEL_FEATURES
        if chance < 0.1 and small and _parallel_weights(kernel, weights) <= most:
            return "parallel"
        geometry = getattr(kernel, "geometry", None)
        if chance < 0.3 and geometry and not isinstance(kernel, Resize):
            legal = [n for n in divisors(geometry.out_width) if n * max(weights, geometry.taps) <= most and n <= 4]
            return Pixels(int(rng.choice(legal)) if legal else 1)
        return "unrolled"
    pes, simds = kernel.folds()
    lanes = int(rng.choice([1, 2, 4, 8, 16], p=[0.25, 0.3, 0.25, 0.15, 0.05]))
    folds = [(pe, simd) for pe in pes for simd in simds if pe * simd <= lanes]
    widest = max(pe * simd for pe, simd in folds)
    pe, simd = folds[int(rng.choice([i for i, (pe, simd) in enumerate(folds) if 2 * pe * simd >= widest]))]
    return Fold(pe, simd)


def _parallel_weights(kernel: Foldable, weights: int) -> int:
    geometry = getattr(kernel, "geometry", None)
    return weights * (geometry.positions if geometry else 1)
