"""The folded matrix unit, hw/rtl/ef_dense.sv: what dense, convolution and depthwise layers share.

A position is what one pass over the weights computes: a frame of a dense layer, an output pixel of a convolution.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, fixed_for
from edgeflow.kernels._cost import Cost, block_rom, counter, lut_ram
from edgeflow.kernels._handshake import Chain, Handshake, Pipeline, Replay
from edgeflow.kernels._unit import Fold, Texts, Unit, fold_rows, hex_rows

LUT_PRODUCT = 16  # ef_dense adds products of no more bits up in LUTs, and those of one- and two-bit weights


@dataclass(frozen=True)
class MatrixUnit:
    """``weight`` (inputs, outputs) with ``bias`` on the accumulator's scale; channelwise: (taps, channels)."""

    weight: Integers
    bias: Integers  # (outputs,)
    x: Fixed
    w: Fixed
    y: Fixed
    fold: Fold
    positions: int = 1
    replayed: bool = True  # whether the unit itself repeats a position's beats for each output fold
    channelwise: bool = False  # each output sees its own channel alone

    @property
    def in_folds(self) -> int:
        return len(self.weight) // self.fold.simd

    @property
    def out_folds(self) -> int:
        return len(self.bias) // self.fold.pe

    @property
    def in_lanes(self) -> int:
        return self.fold.simd * (self.fold.pe if self.channelwise else 1)

    @property
    def stages(self) -> int:
        """Registers from a beat to its output: three for the operands, two for the product, adder tree, sum."""
        return 6 + tree_stages(self.fold.simd)

    def unit(self) -> Unit:
        replay = self.replayed and not self.channelwise and self.out_folds > 1
        return Unit(
            "ef_dense",
            {
                "InFolds": self.in_folds,
                "OutFolds": self.out_folds,
                "Simd": self.fold.simd,
                "Pe": self.fold.pe,
                "XWidth": self.x.width,
                "XSigned": int(self.x.signed),
                "WWidth": self.w.width,
                "WSigned": int(self.w.signed),
                "YWidth": self.y.width,
                "Replay": int(replay),
                "Channelwise": int(self.channelwise),
            },
            in_lanes=self.in_lanes,
            in_bits=self.in_lanes * self.x.width,
            out_lanes=self.fold.pe,
            interval_cycles=self.positions * self.in_folds * self.out_folds,
            handshake=lambda: self._handshake(replay),
            cost=self._cost(replay),
            memories=Texts(
                WeightFile=lambda: hex_rows(fold_rows(self.weight, self.fold), self.w.width),
                BiasFile=lambda: hex_rows(self.bias.reshape(self.out_folds, self.fold.pe), self.y.width),
            ),
        )

    def _handshake(self, replay: bool) -> Handshake:
        pipeline = Pipeline(self.stages, every=self.in_folds)
        return Chain(Replay(self.in_folds, self.out_folds), pipeline) if replay else pipeline

    def _cost(self, replay: bool) -> Cost:
        """Products in DSPs, narrow ones in LUTs; weights in block memory; accumulators and trees in LUTs."""
        pe, simd, y = self.fold.pe, self.fold.simd, self.y.width
        rows = self.in_folds * self.out_folds
        tree = Cost(luts=pe * (simd - 1) * (y + 1), ffs=pe * tree_registers(simd) * y)
        sums = Cost(luts=pe * (2 * y + 1), ffs=pe * 2 * y)
        narrow = self.w.width <= 2 or self.x.width * self.w.width <= LUT_PRODUCT
        product = min(y, self.x.width + self.w.width)
        operands = Cost(ffs=3 * self.in_lanes * self.x.width + 2 * pe * simd * (self.w.width + product))
        one = Cost(luts=self.w.width * 2 * (self.x.width + 1)) if narrow else Cost(dsps=1)
        control = (
            counter(rows.bit_length()) + counter(self.in_folds.bit_length()) + counter(self.out_folds.bit_length())
        )
        weights = block_rom(rows, pe * simd * self.w.width)
        bias = Cost(luts=pe * y * max(1, self.out_folds // 16), ffs=pe * y)
        frames = Cost()
        if replay:
            frames = lut_ram(2 << (self.in_folds - 1).bit_length(), self.in_lanes * self.x.width) + control
        return tree + sums + operands + one * (pe * simd) + control + weights + bias + frames


def sum_format(weight: Integers, bias: Integers, x: Fixed, frac: int, what: str) -> Fixed:
    """The narrowest format that no sum ``x @ weight + bias`` can leave. Raises InputError beyond MAX_WIDTH bits."""
    exact = weight.astype(object)  # Python integers cannot wrap
    at_lo, at_hi = exact * x.lo, exact * x.hi
    lowest = int((np.minimum(at_lo, at_hi).sum(axis=0) + bias).min())
    highest = int((np.maximum(at_lo, at_hi).sum(axis=0) + bias).max())
    if max(-lowest, highest).bit_length() >= MAX_WIDTH:
        raise InputError(f"{what}: sums reach {max(-lowest, highest)}, over {MAX_WIDTH} bits; use fewer bits")
    return fixed_for(lowest, highest, frac)


def check_weights(weight: Integers, w: Fixed, what: str) -> None:
    if weight.min() < w.lo or weight.max() > w.hi:
        raise InputError(f"{what}: weights {weight.min()}..{weight.max()} leave their format {w}")


def tree_stages(simd: int) -> int:
    """Register stages of the product adder tree: one for every two levels."""
    return ((simd - 1).bit_length() + 1) // 2


def tree_registers(simd: int) -> int:
    """Sums that the adder tree keeps in registers."""
    levels = (simd - 1).bit_length()
    return sum(-(-simd // 2 ** (level + 1)) for level in range(levels) if level % 2 == 1 or level == levels - 1)
