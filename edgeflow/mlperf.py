"""A board that speaks MLPerf Tiny's runner commands: a pseudo-terminal, and behind it the board's own frames.

    with connect("/dev/ttyUSB0") as port:
        serve(Monitor(port, identify(port), "ic01"), print)

The runner (github.com/mlcommons/tiny, benchmark/runner) ends each command with "%" and waits for "m-ready". A sample is
loaded by ``db load N`` and ``db HEX``: the integers of the board's input format, each in whole bytes, low byte first.
Time is what the board counts, cycles of the core over its clock; the link is not in it.
"""

import os
import pty
import tty
from collections.abc import Callable, Iterator

import numpy as np
import serial

from edgeflow import host, link
from edgeflow.link import Answer, Identity, LinkError

FIRMWARE = "ULPMark for tinyML Firmware V0.0.1"  # the runner looks for this name
TERMINATOR = b"%"
LONGEST = 65_536  # bytes of a command: more without an end are no command
WARMUP = 10  # inferences, if the runner does not say how many


class CommandError(Exception):
    """What the runner is told in brackets."""


class Monitor:
    """What the firmware of the reference implementation would answer, with the board's inferences."""

    def __init__(self, port: serial.Serial, board: Identity, model: str):
        self._port, self._board, self._model = port, board, model
        self._sample, self._missing = b"", 0  # bytes that came, and that are still to come
        self._answer: Answer | None = None
        self._cycles = 0

    def answer(self, command: str) -> Iterator[str]:
        """The lines that answer one command, each as soon as it is known."""
        word, *arguments = command.split() or [""]
        commands = {
            "name": self._name,
            "profile": self._profile,
            "timestamp": self._timestamp,
            "db": self._buffer,
            "infer": self._infer,
            "results": self._results,
        }
        try:
            if word not in commands:
                raise CommandError(f"Unknown command: {word}")
            yield from commands[word](arguments)
        except (CommandError, LinkError) as error:
            yield f"e-[{error}]"
        yield "m-ready"

    def _name(self, _: list[str]) -> Iterator[str]:
        yield f"m-name-dut-[edgeflow {self._board.design_id.hex()}]"

    def _profile(self, _: list[str]) -> Iterator[str]:
        yield f"m-profile-[{FIRMWARE}]"
        yield f"m-model-[{self._model}]"

    def _timestamp(self, _: list[str]) -> Iterator[str]:
        yield f"m-lap-us-{self._cycles * 1000 // self._board.clock_khz}"

    def _buffer(self, arguments: list[str]) -> Iterator[str]:
        match arguments:
            case ["load", size]:
                self._sample, self._missing = b"", _number(size, 1)
                yield f"m-[Expecting {self._missing} bytes]"
            case ["print"]:
                for start in range(0, len(self._sample), 8):
                    yield f"m-buffer-{self._sample[start : start + 8].hex('-')}"
            case [digits]:
                yield from self._load(digits)
            case _:
                raise CommandError("db wants: load N, print, or hex digits")

    def _load(self, digits: str) -> Iterator[str]:
        try:
            new = bytes.fromhex(digits)
        except ValueError:
            raise CommandError(f"Not pairs of hex digits: {digits}") from None
        if not self._missing:
            raise CommandError("Nothing to load; say db load N first")
        new = new[: self._missing]
        self._sample, self._missing = self._sample + new, self._missing - len(new)
        if not self._missing:
            yield "m-load-done"

    def _infer(self, arguments: list[str]) -> Iterator[str]:
        count = _number(arguments[0], 1) if arguments else 1
        warmup = _number(arguments[1], 0) if len(arguments) > 1 else WARMUP
        sample = self._unpacked()
        yield f"m-warmup-start-{warmup}"
        self._run(sample, warmup)
        yield "m-warmup-done"
        yield f"m-infer-start-{count}"
        yield from self._timestamp([])
        self._run(sample, count)
        yield from self._timestamp([])
        yield "m-infer-done"
        yield from self._results([])

    def _run(self, sample: tuple[int, ...], count: int) -> None:
        for _ in range(count):
            self._answer, _ = host.infer(self._port, self._board, np.array(sample))
            self._cycles += self._answer.cycles

    def _results(self, _: list[str]) -> Iterator[str]:
        if self._answer is None:
            raise CommandError("No inference yet")
        values = (logit / 2**self._board.y_frac for logit in self._answer.logits)
        yield f"m-results-[{','.join(f'{value:.3f}' for value in values)}]"

    def _unpacked(self) -> tuple[int, ...]:
        """The loaded sample. Raises CommandError if it is not all that the board takes."""
        wanted = self._board.features * link.value_bytes(self._board.x_width)
        if self._missing or len(self._sample) != wanted:
            raise CommandError(f"{len(self._sample)} bytes are loaded, the board takes {wanted}")
        sample = link.unpack(self._sample, self._board.x_width, self._board.x_signed)
        if min(sample) < self._board.x.lo or max(sample) > self._board.x.hi:
            raise CommandError(f"A value is outside {self._board.x.lo} to {self._board.x.hi}")
        return sample


def serve(monitor: Monitor, opened: Callable[[str], None]) -> None:
    """Answer on a new pseudo-terminal, whose path ``opened`` gets, until Ctrl-C."""
    master, slave = pty.openpty()
    tty.setraw(slave)  # bytes, not lines; and no echo. Held open, so that a runner may leave and come again
    try:
        opened(os.ttyname(slave))
        answer_all(monitor, master)
    finally:
        os.close(master)
        os.close(slave)


def answer_all(monitor: Monitor, terminal: int) -> None:
    """Answer every command that comes on a file descriptor, until it ends."""
    pending = b""
    while data := os.read(terminal, 4096):
        *commands, pending = (pending + data).split(TERMINATOR)
        pending = pending if len(pending) <= LONGEST else b""
        for command in commands:
            for line in monitor.answer(command.decode("ascii", "replace")):
                os.write(terminal, f"{line}\r\n".encode("ascii", "replace"))


def _number(text: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise CommandError(f"{text} is not a number of {least} or more")
    return int(text)
