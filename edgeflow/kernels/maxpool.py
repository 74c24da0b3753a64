"""Max pooling: ``y[p, c] = max over the taps of window[p]`` that lie inside the image.

Hardware: ef_window reads windows, all taps of a channel before the next; ef_maxpool keeps the greatest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._channelwise import Channelwise
from edgeflow.kernels._cost import Cost, counter
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._handshake import Pipeline
from edgeflow.kernels._unit import Fold, Shape, Stage, Unit, check_fold, whole_frame
from edgeflow.kernels._window import window_unit


@dataclass(frozen=True)
class MaxPool(Channelwise):
    geometry: Geometry
    x: Fixed

    def __post_init__(self) -> None:
        if (self.geometry.pixels < 0).all(axis=1).any():
            raise InputError("maxpool: a window lies in the padding altogether; pad less than the pool")

    @property
    def y(self) -> Fixed:
        return self.x

    def golden(self, x: Integers) -> Integers:
        """Map images (batch, in_features) to (batch, out_features)."""
        y: Integers = self.geometry.windows(x, outside=self.x.lo).max(axis=2).reshape(len(x), -1)
        return y

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if shape == "parallel":
            return whole_frame(self)
        if isinstance(shape, Fold):
            check_fold(self, shape, "maxpool")
            return [window_unit(self.geometry, self.x, shape.pe * shape.simd, shape.simd, self.x.lo), self._unit(shape)]
        return self.unrolled(shape, outside=self.x.lo)

    def pixel(self, circuit: Circuit, window: Sequence[Sequence[Term | None]]) -> list[Term]:
        channels = zip(*window, strict=True)
        return [reduce(circuit.larger, (x for x in taps if x is not None)) for taps in channels]

    def _unit(self, fold: Fold) -> Unit:
        groups, in_folds = self.geometry.channels // fold.pe, self.geometry.taps // fold.simd
        width, levels = self.x.width, (fold.simd - 1).bit_length()
        return Unit(
            "ef_maxpool",
            {
                "InFolds": in_folds,
                "Simd": fold.simd,
                "Pe": fold.pe,
                "Width": width,
                "Signed": int(self.x.signed),
            },
            in_lanes=fold.pe * fold.simd,
            in_bits=fold.pe * fold.simd * width,
            out_lanes=fold.pe,
            interval_cycles=self.geometry.positions * groups * in_folds,
            handshake=lambda: Pipeline(2, every=in_folds),
            cost=Cost(luts=fold.pe * fold.simd * (2 * width + 1), ffs=fold.pe * 3 * width + 4 + levels)
            + counter(in_folds.bit_length()),
        )
