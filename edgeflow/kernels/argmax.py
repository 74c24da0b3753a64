"""Argmax: the index of the greatest value; of equal ones the first.

Hardware: unrolled, a tournament of comparisons; folded, hw/rtl/ef_argmax.sv, one value a cycle.
"""

from dataclasses import dataclass

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Integers, fixed_for
from edgeflow.kernels._cost import Cost, counter
from edgeflow.kernels._handshake import Collector
from edgeflow.kernels._unit import Shape, Stage, Unit, comes_whole, whole_frame
from edgeflow.network.network import Tensor


@dataclass(frozen=True)
class Argmax:
    x: Fixed
    features: int

    @property
    def y(self) -> Fixed:
        return fixed_for(0, self.features - 1, 0)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return (Tensor(self.x, self.features),)

    @property
    def out_features(self) -> int:
        return 1

    def golden(self, x: Integers) -> Integers:
        """Map (batch, features) to (batch, 1)."""
        winners: Integers = x.argmax(axis=1)[:, None]
        return winners

    def circuit(self, circuit: Circuit, x: list[Term]) -> list[Term]:
        players = [(value, circuit.const(i)) for i, value in enumerate(x)]
        while len(players) > 1:
            pairs = list(zip(players[::2], players[1::2], strict=False))
            players = [_winner(circuit, a, b) for a, b in pairs] + players[2 * len(pairs) :]
        return [players[0][1]]

    def stages(self, shape: Shape, lanes: tuple[int, ...]) -> list[Stage]:
        return whole_frame(self) if shape == "parallel" or comes_whole(self, lanes) else [self._unit()]

    def _unit(self) -> Unit:
        return Unit(
            "ef_argmax",
            {
                "Features": self.features,
                "XWidth": self.x.width,
                "XSigned": int(self.x.signed),
                "YWidth": self.y.width,
            },
            in_lanes=1,
            in_bits=self.x.width,
            out_lanes=1,
            interval_cycles=self.features,
            handshake=lambda: Collector(self.features, blocks_only_last=True),
            cost=Cost(luts=self.x.width + 2 + self.y.width, ffs=self.x.width + 2 + 2 * self.y.width)
            + counter(self.y.width),
        )


def _winner(circuit: Circuit, a: tuple[Term, Term], b: tuple[Term, Term]) -> tuple[Term, Term]:
    """The later one wins only if it is greater, so that ties go to the first."""
    later = circuit.greater(b[0], a[0])
    return circuit.choose(later, b[0], a[0]), circuit.choose(later, b[1], a[1])
