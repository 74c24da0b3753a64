"""Read a board: ``load("ulx3s")`` gives its device, clock, link, budget and pins, checked.

The data are ``boards/<name>.toml``, or of another board where it says ``like``; the top level that uses the pins is
``hw/boards/<top>.sv``.
"""

import re
import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from edgeflow import catalog
from edgeflow.errors import InputError, did_you_mean


class Pull(StrEnum):
    NONE = "NONE"
    UP = "UP"
    DOWN = "DOWN"


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Standard(StrEnum):
    """Of a pin's voltage."""

    LVCMOS33 = "LVCMOS33"
    LVCMOS18 = "LVCMOS18"


@dataclass(frozen=True)
class Pin:
    site: str  # of the package
    pull: Pull = Pull.NONE
    drive: int | None = None  # mA, outputs only
    io: Standard = Standard.LVCMOS33

    def __post_init__(self) -> None:
        object.__setattr__(self, "pull", Pull(self.pull))
        object.__setattr__(self, "io", Standard(self.io))
        if not re.fullmatch(r"[A-Z]{1,2}[1-9][0-9]?|[1-9][0-9]{0,2}", self.site):
            raise ValueError(f"site {self.site!r} is neither a ball such as A10 nor a pin's number")
        if self.drive not in (None, 4, 8, 12, 16):
            raise ValueError(f"drive = {self.drive} is not 4, 8, 12 or 16 mA")


@dataclass(frozen=True)
class Clock:
    port: str
    mhz: float  # the oscillator
    pll: str  # hw/boards/ef_pll_<pll>.sv and <pll>_cells.sv
    max_mhz: float  # the highest that the PLL gives


@dataclass(frozen=True)
class Uart:
    rx: str  # port that we receive on
    tx: str
    baud: int
    silence_ms: float  # a gap on the line that ends a broken frame


@dataclass(frozen=True)
class Budget:
    """What the device has, in the units of its family (edgeflow/families)."""

    luts: int
    ffs: int
    brams: int
    dsps: int


@dataclass(frozen=True)
class Die:
    """Its size in tiles."""

    columns: int
    rows: int


@dataclass(frozen=True)
class Board:
    name: str
    family: str  # one of edgeflow/families
    device: str
    top: str
    openfpgaloader: str  # this board's name there
    reset: str  # port of a button
    leds: str  # port that shows the class
    clock: Clock
    uart: Uart
    budget: Budget
    die: Die
    pins: dict[str, Pin]  # port, with its index if it has one -> pin
    package: str | None = None  # where the device's name does not say it
    speed: int | None = None  # the same
    reset_level: Level = Level.HIGH  # of the button while pressed

    def __post_init__(self) -> None:
        object.__setattr__(self, "reset_level", Level(self.reset_level))

    def check_clock(self, clock_mhz: float) -> None:
        """Raise InputError for a core clock that this board's PLL cannot give."""
        if clock_mhz > self.clock.max_mhz:
            raise InputError(
                f"boards.{self.name}: clock_mhz = {clock_mhz:g} exceeds {self.clock.max_mhz:g}, "
                "the highest this board's PLL gives; lower recipe.hardware.clock_mhz"
            )


def load(name: str) -> Board:
    """The board of that name. Raises UnknownNameError, or InputError naming the file, the key and the rule."""
    return parse(name, catalog.path("boards", name))


def parse(name: str, file: Path) -> Board:
    where = f"boards.{name}"
    data = _read(where, file)
    sections = {"clock": Clock, "uart": Uart, "budget": Budget, "die": Die}
    values = {
        key: _build(sections[key], value, f"{where}.{key}") if key in sections else value for key, value in data.items()
    }
    pins = {port: _build(Pin, pin, f"{where}.pins.{port}") for port, pin in data.get("pins", {}).items()}
    _check_pins(where, pins)
    board: Board = _build(Board, values | {"name": name, "pins": pins}, where)
    ports = {port.partition("[")[0] for port in pins}
    for port in (board.clock.port, board.uart.rx, board.uart.tx, board.reset, board.leds):
        if port not in ports:
            raise InputError(f'{where}: port "{port}" has no pin in [pins]{did_you_mean(port, ports)}')
    return board


def _read(where: str, file: Path) -> dict[str, Any]:
    """The file's tables, each over the one of the board that it is ``like``."""
    try:
        data = tomllib.loads(file.read_text())
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: {file.name}: {error}") from None
    if "like" not in data:
        return data
    base = data.pop("like")
    return _over(_read(where, catalog.path("boards", base)), data)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = below | above
    return merged | {
        key: _over(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }


def _build(kind: type, data: Any, where: str) -> Any:
    """``kind(**data)`` after checking that the keys are its fields and the values have their types."""
    known = {f.name: f for f in fields(kind)}
    if not isinstance(data, dict):
        raise InputError(f"{where}: {data!r} is not a table of {', '.join(known)}")
    for key in data:
        if key not in known:
            raise InputError(f'{where}: unknown key "{key}"{did_you_mean(key, known)}')
    try:
        for key, value in data.items():
            _check_type(key, value, known[key].type)
        return kind(**data)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {str(error).removeprefix(f'{kind.__name__}.__init__() ')}") from None


def _check_type(key: str, value: Any, wanted: Any) -> None:
    kind = next((plain for plain in (int, float, str) if wanted in (plain, plain | None)), None)
    good = {int: (int,), float: (int, float), str: (str,), None: ()}[kind]
    if kind and (not isinstance(value, good) or isinstance(value, bool)):
        raise ValueError(f"{key} = {value!r} is not a {kind.__name__}")
    if kind and kind is not str and value <= 0:
        raise ValueError(f"{key} = {value!r} must be positive")


def _check_pins(where: str, pins: dict[str, Pin]) -> None:
    taken: dict[str, str] = {}
    for port, pin in pins.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*(\[\d+\])?", port):
            raise InputError(f"{where}.pins: port {port!r} is not a name with at most one index")
        if pin.site in taken:
            raise InputError(f"{where}.pins: site {pin.site} is both {taken[pin.site]} and {port}; each pin once")
        taken[pin.site] = port
