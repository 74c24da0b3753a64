"""Permute: ``y[i] = x[order[i]]``, a transposed image.

Hardware: wires in a whole frame; streamed, hw/rtl/ef_permute.sv keeps a frame and reads it in another order.
"""

from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._cost import Cost, counter, lut_ram
from edgeflow.kernels._unit import Shape, Stage, Unit, comes_whole, divisors, hex_rows, whole_frame
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
        if shape == "parallel" or comes_whole(self, lanes):
            return whole_frame(self)
        return [self._unit(gcd(self.block, lanes[0]))]

    @cached_property
    def block(self) -> int:
        """The most values that stay together, at a place that is a multiple of their number."""
        return max(n for n in divisors(len(self.order)) if self._stay_together(n) and n < max(len(self.order), 2))

    def _stay_together(self, n: int) -> bool:
        blocks = np.array(self.order).reshape(-1, n)
        return bool((blocks == blocks[:, :1] + np.arange(n)).all() and (blocks[:, 0] % n == 0).all())

    def _unit(self, lanes: int) -> Unit:
        words = len(self.order) // lanes
        index = (words - 1).bit_length()
        order = [[first // lanes] for first in self.order[::lanes]]
        return Unit(
            "ef_permute",
            {"Width": lanes * self.x.width, "Words": words},
            in_lanes=lanes,
            in_bits=lanes * self.x.width,
            out_lanes=lanes,
            interval_cycles=words,
            handshake=lambda: FrameBuffer(words),
            cost=lut_ram(2 << index, lanes * self.x.width)
            + counter(index) * 2
            + Cost(luts=words * index // 16 + 8, ffs=index + 5),
            memories={"OrderFile": hex_rows(order, index)},
        )


class FrameBuffer:
    """ef_permute's control: a frame of ``words`` is sent once it is whole, while the next one comes in."""

    def __init__(self, words: int):
        self._words = words
        self._write, self._read = 0, 0
        self._write_bank, self._read_bank = 0, 0
        self._whole = [False, False]
        self._valid = False

    def offers(self) -> bool:
        return self._valid

    def accepts(self, taken: bool) -> bool:
        return not self._whole[self._write_bank]

    def clock(self, given: bool, taken: bool) -> None:
        write = given and self.accepts(taken)
        advance = taken or not self._valid
        read = advance and self._whole[self._read_bank]
        if advance:
            self._valid = read
        if read:
            self._read = (self._read + 1) % self._words
            if self._read == 0:
                self._whole[self._read_bank] = False
                self._read_bank ^= 1
        if write:
            self._write = (self._write + 1) % self._words
            if self._write == 0:
                self._whole[self._write_bank] = True
                self._write_bank ^= 1
