"""A board in simulation behind a pseudo-terminal: ``edgeflow host`` cannot tell it from a programmed one.

    with powered_on(build(design, board, folder)) as simulated:
        host.score(host.connect(simulated.port), x, labels)

The board's whole top is Verilated, from its UART pins on; only the PLL is replaced (sim/ef_pll.sv).
"""

import os
import pty
import subprocess
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow import shipped
from edgeflow.boards._board import Board, Level
from edgeflow.implement.wrapper import BoardDesign, wrap
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import verilator

MAIN = "board_main.cpp"  # in sim
CYCLES_PER_BIT = 8  # the least that the receiver takes: fast to simulate
SILENCE_BITS = 400


@dataclass(frozen=True)
class Program:
    """A built simulation and what is needed to run it."""

    path: Path
    cycles_per_bit: int
    design_id: bytes


@dataclass(frozen=True)
class SimulatedBoard:
    port: str  # give this to edgeflow.host.connect
    process: "subprocess.Popen[bytes]"

    def press_reset(self) -> None:
        self._command(b"r")

    def break_next_stop_bit(self) -> None:
        self._command(b"b")

    def leds(self) -> int:
        assert self.process.stdout is not None
        self._command(b"l")
        return int(self.process.stdout.readline())

    def _command(self, letter: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(letter)
        self.process.stdin.flush()


def build(
    design: Design,
    board: Board,
    folder: Path,
    store: Store,
    clock_mhz: float = 100.0,
    cycles_per_bit: int = CYCLES_PER_BIT,
) -> Program:
    """Verilate and compile the board with a fast UART. Raises MissingToolError or ToolError."""
    fast = fast_link(board, clock_mhz, cycles_per_bit)
    whole = wrap(design, fast, clock_mhz)
    sources = simulated_sources(whole, board)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**sources, **whole.memories, MAIN: shipped.source(MAIN, "sim")}.items():
        (folder / name).write_text(text)
    options = ["--x-initial", "unique", pll_option(board)]
    path = verilator.build(folder, list(sources), board.top, _driver(board), store, options)
    return Program(path, cycles_per_bit, whole.identity.design_id)


def simulated_sources(whole: BoardDesign, board: Board) -> dict[str, str]:
    """The board's sources with the PLL's stand-in; Verilator's option ``pll_option`` gives it its name."""
    sources = {name: text for name, text in whole.sources.items() if name != f"{board.clock.pll}_cells.sv"}
    return sources | {f"ef_pll_{board.clock.pll}.sv": shipped.source("ef_pll.sv", "sim")}


def pll_option(board: Board) -> str:
    return f"-DEF_PLL=ef_pll_{board.clock.pll}"


def fast_link(board: Board, clock_mhz: float, cycles_per_bit: int) -> Board:
    """The same board with its UART at ``cycles_per_bit``."""
    baud = round(clock_mhz * 1e6 / cycles_per_bit)
    return replace(board, uart=replace(board.uart, baud=baud, silence_ms=SILENCE_BITS * 1000 / baud))


def _driver(board: Board) -> verilator.Driver:
    """sim/board_main.cpp with this board's ports."""
    ports = {
        "CLOCK": board.clock.port,
        "RX": board.uart.rx,
        "TX": board.uart.tx,
        "RESET": board.reset,
        "PRESSED": str(int(board.reset_level is Level.HIGH)),
        "LEDS": board.leds,
    }
    return verilator.own_driver(MAIN, defines=[f"{key}={name}" for key, name in ports.items()])


@contextmanager
def powered_on(program: Program, baud_error: float = 0.0) -> Iterator[SimulatedBoard]:
    """Run the simulation; ``baud_error`` makes the other side's bits longer by that fraction."""
    master, slave = pty.openpty()
    tty.setraw(slave)  # bytes, not lines; and no echo
    bit_cycles = program.cycles_per_bit * (1 + baud_error)
    argv = [str(program.path.resolve()), str(master), f"{bit_cycles:.6f}"]
    process = subprocess.Popen(
        argv,
        cwd=program.path.parent,  # the memories lie here
        pass_fds=[master],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield SimulatedBoard(os.ttyname(slave), process)
    finally:
        try:
            process.communicate(timeout=10)  # closes stdin, which ends it
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(master)
        os.close(slave)
