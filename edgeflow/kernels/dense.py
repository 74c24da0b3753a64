"""Dense layer: ``y[o] = bias[o] + sum_i x[i] * weight[i, o]``, exact in integers.

Hardware: unrolled, an adder graph; folded, hw/rtl/ef_dense.sv with ``pe`` accumulators of ``simd`` products each.
"""

from dataclasses import dataclass

import numpy as np

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, fixed_for
from edgeflow.kernels._cost import Cost, block_rom, counter, lut_ram
from edgeflow.kernels._unit import Fold, Unit, accepted, fold_rows, hex_rows


@dataclass(frozen=True, eq=False)
class Dense:
    weight: Integers  # (in_features, out_features)
    bias: Integers  # (out_features,), already at the accumulator's scale
    x: Fixed
    w: Fixed

    def __post_init__(self) -> None:
        if self.weight.ndim != 2 or self.bias.shape != self.weight.shape[1:] or not self.weight.size:
            shapes = f"weight {self.weight.shape} and bias {self.bias.shape}"
            raise InputError(f"dense: {shapes} are not (in, out) and (out,)")
        if self.weight.min() < self.w.lo or self.weight.max() > self.w.hi:
            raise InputError(f"dense: weights {self.weight.min()}..{self.weight.max()} leave their format {self.w}")

    @property
    def in_features(self) -> int:
        return len(self.weight)

    @property
    def out_features(self) -> int:
        return len(self.bias)

    @property
    def y(self) -> Fixed:
        """The narrowest format that no input can overflow, from the real weights."""
        lowest, highest = (int(edge) for edge in self._ends())
        if max(-lowest, highest).bit_length() >= MAX_WIDTH:
            raise InputError(f"dense: sums reach {max(-lowest, highest)}, over {MAX_WIDTH} bits; use fewer bits")
        return fixed_for(lowest, highest, self.x.frac + self.w.frac)

    def golden(self, x: Integers) -> Integers:
        """Map inputs (batch, in_features) to accumulators (batch, out_features), bit for bit."""
        return x @ self.weight + self.bias

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return matrix_product(circuit, x, self.weight, self.bias)

    def unit(self, fold: Fold) -> Unit:
        """The folded unit. Raises InputError, with the legal values, if a fold does not divide the layer."""
        _check_divides("pe", fold.pe, self.out_features, "outputs")
        _check_divides("simd", fold.simd, self.in_features, "inputs")
        in_folds, out_folds = self.in_features // fold.simd, self.out_features // fold.pe
        return Unit(
            "ef_dense",
            {
                "InFolds": in_folds,
                "OutFolds": out_folds,
                "Simd": fold.simd,
                "Pe": fold.pe,
                "XWidth": self.x.width,
                "XSigned": int(self.x.signed),
                "WWidth": self.w.width,
                "WSigned": int(self.w.signed),
                "YWidth": self.y.width,
            },
            in_lanes=fold.simd,
            in_bits=fold.simd * self.x.width,
            out_lanes=fold.pe,
            interval_cycles=in_folds * out_folds,
            beat_times=lambda offered: _beat_times(offered, out_folds, fold.simd),
            cost=self._cost(fold),
            memories={
                "WeightFile": hex_rows(fold_rows(self.weight, fold), self.w.width),
                "BiasFile": hex_rows(self.bias.reshape(out_folds, fold.pe), self.y.width),
            },
        )

    def _cost(self, fold: Fold) -> Cost:
        """Products in DSPs, weights in block memory; accumulators, adder trees and the replay buffer in LUTs."""
        in_folds, out_folds, y = self.in_features // fold.simd, self.out_features // fold.pe, self.y.width
        rows = in_folds * out_folds
        tree = Cost(luts=fold.pe * (fold.simd - 1) * (y + 1), ffs=fold.pe * tree_registers(fold.simd) * y)
        sums = Cost(luts=fold.pe * (2 * y + 1), ffs=fold.pe * 2 * y)
        products = Cost(
            ffs=2 * fold.simd * self.x.width + fold.pe * fold.simd * (self.w.width + y), dsps=fold.pe * fold.simd
        )
        control = counter(rows.bit_length()) + counter(in_folds.bit_length()) + counter(out_folds.bit_length())
        weights = block_rom(rows, fold.pe * fold.simd * self.w.width)
        bias = Cost(luts=fold.pe * y * max(1, out_folds // 16), ffs=fold.pe * y)
        replay = Cost()
        if out_folds > 1:
            replay = lut_ram(2 << (in_folds - 1).bit_length(), fold.simd * self.x.width) + control
        return tree + sums + products + control + weights + bias + replay

    def _ends(self) -> tuple[int, int]:
        """The least and the greatest sum any input reaches; Python integers, so that they cannot wrap."""
        weight = self.weight.astype(object)
        at_lo, at_hi = weight * self.x.lo, weight * self.x.hi
        lowest = np.minimum(at_lo, at_hi).sum(axis=0) + self.bias
        highest = np.maximum(at_lo, at_hi).sum(axis=0) + self.bias
        return lowest.min(), highest.max()


def legal_folds(features: int) -> list[int]:
    """All divisors: what ``pe`` or ``simd`` may be."""
    return [n for n in range(1, features + 1) if features % n == 0]


def _check_divides(name: str, value: int, features: int, what: str) -> None:
    if value not in legal_folds(features):
        raise InputError(f"dense: {name} = {value} does not divide {features} {what}; legal: {legal_folds(features)}")


def tree_stages(simd: int) -> int:
    """Register stages of the product adder tree: one for every two levels."""
    return ((simd - 1).bit_length() + 1) // 2


def tree_registers(simd: int) -> int:
    """Sums that the adder tree keeps in registers."""
    levels = (simd - 1).bit_length()
    return sum(-(-simd // 2 ** (level + 1)) for level in range(levels) if level % 2 == 1 or level == levels - 1)


def _beat_times(offered: list[int], out_folds: int, simd: int) -> list[int]:
    """Replay buffer (write, registered read), then two operand, product, tree and output registers of ef_dense."""
    reads, last = [], -1
    written = accepted(offered)
    for _ in range(out_folds):
        for t in written:
            last = max(last + 1, t if out_folds == 1 else t + 1)
            reads.append(last)
    replay = 0 if out_folds == 1 else 1
    finished = reads[len(written) - 1 :: len(written)]
    return [t + replay + 4 + tree_stages(simd) for t in finished]
