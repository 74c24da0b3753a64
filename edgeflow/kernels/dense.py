"""Dense layer: ``y[o] = bias[o] + sum_i x[i] * weight[i, o]``, exact in integers.

Hardware: unrolled, an adder graph; folded, hw/rtl/ef_dense.sv with ``pe`` accumulators of ``simd`` products each.
"""

from dataclasses import dataclass
from functools import cached_property

from edgeflow.circuit.adders import matrix_product
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._exact import matmul
from edgeflow.kernels._matrix import MatrixUnit, check_weights, sum_format
from edgeflow.kernels._unit import Fold, Shape, Stage, check_fold, divisors, whole_frame
from edgeflow.network.network import Tensor


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
        check_weights(self.weight, self.w, "dense")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, len(self.weight)),)

    @property
    def matrix(self) -> Integers:
        """Weights (in_features, out_features)."""
        return self.weight

    @property
    def out_features(self) -> int:
        return len(self.bias)

    @cached_property
    def y(self) -> Fixed:
        """The narrowest format that no input can overflow, from the real weights."""
        return sum_format(self.weight, self.bias, self.x, self.x.frac + self.w.frac, "dense")

    def golden(self, x: Integers) -> Integers:
        """Map inputs (batch, in_features) to accumulators (batch, out_features), bit for bit."""
        return matmul(x, self.weight, max(-self.x.lo, self.x.hi)) + self.bias

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return matrix_product(circuit, x, self.weight, self.bias)

    def folds(self) -> tuple[list[int], list[int]]:
        return divisors(self.out_features), divisors(len(self.weight))

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        if not isinstance(shape, Fold):
            return whole_frame(self)
        check_fold(self, shape, "dense")
        return [MatrixUnit(self.weight, self.bias, self.x, self.w, self.y, shape).unit()]
