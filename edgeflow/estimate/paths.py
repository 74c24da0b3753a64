"""The slowest path between two registers of each part, in nanoseconds: hops, carries and fan-out of its structure."""

from collections.abc import Callable, Mapping
from math import log2

from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Part

MULTIPLIER_HOPS = 4.0  # inside a multiplier, and the way to it


def path_ns(part: Part, delays: Delays) -> float:
    """Without clock-to-output and setup."""
    return _PATHS.get(part.module, _control)(part.numbers, delays)


def _hop(delays: Delays) -> float:
    return delays.route_ns + delays.lut_ns


def _chain(bits: int, delays: Delays) -> float:
    return _hop(delays) + delays.lut_ns + delays.carry_ns * bits


def _fanned(loads: int, delays: Delays) -> float:
    return delays.fanout_ns * log2(max(loads, 1))


def _control(n: Mapping[str, int], delays: Delays) -> float:
    """A counter's end decides what moves."""
    return 3 * _hop(delays) + _fanned(n.get("Width", 8), delays)


def _logic(n: Mapping[str, int], delays: Delays) -> float:
    enable = 2 * _hop(delays) + _fanned(n["registers"], delays)
    return max(n["stage_ps"] / 1000, enable)


def _dense(n: Mapping[str, int], delays: Delays) -> float:
    x, w, y = n["XWidth"], n["WWidth"], n["YWidth"]
    if x * w > 16 and w > 2:
        product = MULTIPLIER_HOPS * _hop(delays) + delays.carry_ns * (x + w)
    else:
        product = (w - 1).bit_length() * _chain(x + w, delays) + _hop(delays)
    levels = min(2, (n["Simd"] - 1).bit_length())
    start = _chain(y, delays) + _hop(delays)
    registers = n["Simd"] * n["Pe"] * (x + w)
    enable = 2 * _hop(delays) + _fanned(registers, delays)
    return max(product, levels * _chain(y, delays), start, enable)


def _window(n: Mapping[str, int], delays: Delays) -> float:
    """Words that have come are compared with those needed; what follows loads the next window."""
    address, word = n["AddressWidth"], n["Lanes"] * n["XWidth"]
    loads = n["Pixels"] * n["Taps"] * (word + address)
    position = _chain(address + 2, delays) + 3 * _hop(delays) + _fanned(loads, delays)
    read = max(0, address - 4) * 0.5 * _hop(delays) + 2 * _hop(delays) + _fanned(word, delays)
    return max(position, read)


def _maxpool(n: Mapping[str, int], delays: Delays) -> float:
    return max(1, n["Simd"] - 1) * (_chain(n["Width"], delays) + _hop(delays))


def _argmax(n: Mapping[str, int], delays: Delays) -> float:
    return _chain(n["XWidth"], delays) + 2 * _hop(delays) + _fanned(n["XWidth"], delays)


_PATHS: dict[str, Callable[[Mapping[str, int], Delays], float]] = {
    LOGIC: _logic,
    "ef_dense": _dense,
    "ef_window": _window,
    "ef_maxpool": _maxpool,
    "ef_argmax": _argmax,
}
