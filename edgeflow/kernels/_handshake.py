"""When beats move: the control of a streaming module without its data, cycle by cycle.

Every module of hw/rtl has its twin here; tests hold both to the same latency and interval. ``offers`` depends on
state alone, as AXI-Stream wants: valid waits for nobody.
"""

from collections import deque
from typing import Protocol


class Handshake(Protocol):
    def offers(self) -> bool:
        """m_axis_tvalid."""
        ...

    def accepts(self, taken: bool) -> bool:
        """s_axis_tready, where ``taken`` is m_axis_tready."""
        ...

    def clock(self, given: bool, taken: bool) -> None:
        """The clock edge: ``given`` is s_axis_tvalid in this cycle."""
        ...


def squeezed(handshake: Handshake) -> Handshake:
    """The module with the least that it can hold: registers that all wait together may be bubbles but for the last.

    What cannot get stuck with as little room cannot get stuck at all, whatever pauses come: how a dataflow of fixed
    room moves may depend on time, whether it gets stuck does not (Kahn 1974; Parks 1995, section 4.1).
    """
    return handshake.squeezed() if hasattr(handshake, "squeezed") else handshake


State = tuple[object, ...]


def state(handshake: object) -> State:
    """All that decides what a module will do next; equal states go on equally."""
    return tuple(_plain(value) for value in vars(handshake).values())


def _plain(value: object) -> object:
    if isinstance(value, (deque, list, tuple)):
        return tuple(_plain(one) for one in value)
    return state(value) if hasattr(value, "clock") else value


class Pipeline:
    """Registers that all hold still while a result waits; of ``every`` beats the last one makes a result."""

    def __init__(self, stages: int, every: int = 1):
        self._every, self._count = every, 0
        self._stages = deque([False] * stages)

    def squeezed(self) -> Handshake:
        return Pipeline(1, self._every)

    def offers(self) -> bool:
        return self._stages[-1]

    def accepts(self, taken: bool) -> bool:
        return taken or not self._stages[-1]

    def clock(self, given: bool, taken: bool) -> None:
        if not self.accepts(taken):
            return
        if given:
            self._count = (self._count + 1) % self._every
        self._stages.pop()
        self._stages.appendleft(given and self._count == 0)


class SkidPipeline:
    """A pipeline behind which ef_skid holds one result more, so that ready comes from a register."""

    def __init__(self, stages: int):
        self._stages = deque([False] * stages)
        self._full = False

    def squeezed(self) -> Handshake:
        return Pipeline(1)

    def offers(self) -> bool:
        return self._full or self._stages[-1]

    def accepts(self, taken: bool) -> bool:
        return not self._full

    def clock(self, given: bool, taken: bool) -> None:
        waits = self.offers() and not taken
        if not self._full:
            self._stages.pop()
            self._stages.appendleft(given)
        self._full = waits


class Collector:
    """``ratio`` beats in, one out; the next may come in as that one leaves (ef_upsize, ef_argmax)."""

    def __init__(self, ratio: int, blocks_only_last: bool = False):
        self._ratio, self._count, self._full = ratio, 0, False
        self._blocks_only_last = blocks_only_last

    def offers(self) -> bool:
        return self._full

    def accepts(self, taken: bool) -> bool:
        others = self._blocks_only_last and self._count != self._ratio - 1
        return others or not self._full or taken

    def clock(self, given: bool, taken: bool) -> None:
        accept = given and self.accepts(taken)
        last = accept and self._count == self._ratio - 1
        if accept:
            self._count = 0 if last else self._count + 1
        if last:
            self._full = True
        elif taken:
            self._full = False


class Splitter:
    """One beat in, ``ratio`` out; the next comes in as the last piece leaves (ef_downsize)."""

    def __init__(self, ratio: int):
        self._ratio, self._left = ratio, 0

    def offers(self) -> bool:
        return self._left > 0

    def accepts(self, taken: bool) -> bool:
        return self._left == 0 or (self._left == 1 and taken)

    def clock(self, given: bool, taken: bool) -> None:
        accept = given and self.accepts(taken)
        if taken and self._left:
            self._left -= 1
        if accept:
            self._left = self._ratio


class Replay:
    """A frame of ``beats`` sent ``repeats`` times while the next one comes in (ef_replay)."""

    def __init__(self, beats: int, repeats: int):
        self._beats, self._repeats = beats, repeats
        self._write, self._read, self._repeat = 0, 0, 0
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
        read = advance and (self._whole[self._read_bank] or self._read < self._write)
        if advance:
            self._valid = read
        if read:
            self._step_read()
        if write:
            self._write += 1
            if self._write == self._beats:
                self._write = 0
                self._whole[self._write_bank] = True
                self._write_bank ^= 1

    def _step_read(self) -> None:
        self._read += 1
        if self._read < self._beats:
            return
        self._read = 0
        self._repeat += 1
        if self._repeat == self._repeats:
            self._repeat = 0
            self._whole[self._read_bank] = False
            self._read_bank ^= 1


class Chain:
    """Modules inside one module, in a row."""

    def __init__(self, *inner: Handshake):
        self._inner = inner

    def squeezed(self) -> Handshake:
        return Chain(*(squeezed(one) for one in self._inner))

    def offers(self) -> bool:
        return self._inner[-1].offers()

    def accepts(self, taken: bool) -> bool:
        for one in reversed(self._inner):
            taken = one.accepts(taken)
        return taken

    def clock(self, given: bool, taken: bool) -> None:
        ready = [taken]
        for one in reversed(self._inner[1:]):
            ready.append(one.accepts(ready[-1]))
        valid = [given, *(one.offers() for one in self._inner[:-1])]
        for one, given_here, taken_here in zip(self._inner, valid, reversed(ready), strict=True):
            one.clock(given_here, taken_here)
