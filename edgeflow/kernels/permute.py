"""Permute: ``y[i] = x[order[i]]``, a transposed image; wires in a whole frame."""

from dataclasses import dataclass

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._unit import Shape, Stage, whole_frame
from edgeflow.network.network import Tensor


@dataclass(frozen=True)
class Permute:
    x: Fixed
    order: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(len(self.order))) or not self.order:
            raise InputError(f"permute: {self.order} does not name each input once")

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, len(self.order)),)

    @property
    def out_features(self) -> int:
        return len(self.order)

    @property
    def y(self) -> Fixed:
        return self.x

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, features)."""
        permuted: Integers = x[:, list(self.order)]
        return permuted

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        return [x[i] for i in self.order]

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        return whole_frame(self)
