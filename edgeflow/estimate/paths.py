"""The slowest paths between two registers of a design, in nanoseconds: hops, carries and fan-out of its structure.

By kind, because each is off in its own way, and by much the same in all designs of a family (fit.py). What they are
made of was read from the critical paths of 40 of the corpus' designs, in nextpnr's reports.
"""

from collections.abc import Mapping, Sequence
from math import log2

from edgeflow.estimate import memories
from edgeflow.estimate.counting import NO_CHAIN
from edgeflow.estimate.devices import Device
from edgeflow.estimate.tables import fields
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import LOGIC, Part

KINDS = ("logic_ns", "product_ns", "sum_ns", "window_ns", "replay_ns", "block_ns", "control_ns")
CUT = (LOGIC, "ef_window", "ef_permute", "ef_fifo")  # ready comes from a register of theirs


def paths_ns(parts: Sequence[Part], delays: Delays, device: Device) -> dict[str, float]:
    """The longest of each kind that there is, clock-to-output and setup included."""
    found: dict[str, float] = {}
    for i, part in enumerate(parts):
        for kind, ns in _paths(part, _waits(parts[i + 1 :]), delays, device).items():
            found[kind] = max(found.get(kind, 0.0), delays.register_ns + ns)
    return {kind: round(ns, 3) for kind, ns in found.items()}


def _waits(after: Sequence[Part]) -> int:
    """Parts behind one another whose ready passes through to here in the same cycle."""
    for i, part in enumerate(after):
        if part.module in CUT or part.numbers.get("Replay"):
            return i
    return len(after)


def _paths(part: Part, waits: int, delays: Delays, device: Device) -> dict[str, float]:
    n = part.numbers
    match part.module:
        case _ if part.module == LOGIC:
            enable = 2 * _hop(delays) + _fanned(n["registers"], delays)
            return {"logic_ns": max(n["stage_ps"] / 1000, enable)}
        case "ef_dense":
            return _dense(part, waits, delays, device)
        case "ef_window":
            found = {"window_ns": _window(n, waits, delays)}
            if _in_block(device, 1 << n["AddressWidth"], n["Lanes"] * n["XWidth"]):
                found["block_ns"] = delays.block_ns + 2 * _hop(delays)
            return found
        case "ef_maxpool":
            return {"sum_ns": max(1, n["Simd"] - 1) * (_chain(n["Width"], delays) + _hop(delays))}
        case "ef_argmax":
            return {"sum_ns": _chain(n["XWidth"], delays) + 2 * _hop(delays) + _fanned(n["XWidth"], delays)}
        case _:
            return {"control_ns": (3 + waits) * _hop(delays) + _fanned(n.get("Width", 8), delays)}


def _dense(part: Part, waits: int, delays: Delays, device: Device) -> dict[str, float]:
    n = part.numbers
    x, w, y = n["XWidth"], n["WWidth"], n["YWidth"]
    levels = min(2, (n["Simd"] - 1).bit_length())
    registers = n["Simd"] * n["Pe"] * (x + w)
    found = {
        "sum_ns": max(levels * _chain(y, delays), _chain(y, delays) + _hop(delays)),
        "control_ns": (2 + waits) * _hop(delays) + _fanned(registers, delays),
    }
    if n["InFolds"] * n["OutFolds"] > 1:
        found["block_ns"] = delays.block_ns
    if x * w <= 16 or w <= 2:
        digits = max(used.bit_count() for used in fields(part.tables["WeightFile"], n["Pe"] * n["Simd"], w))
        found["product_ns"] = max(1, digits - 1) * _hop(delays) + (_chain(x + w, delays) if digits > 1 else 0.0)
    if n["Replay"]:
        index = (n["InFolds"] - 1).bit_length()
        compared = _chain(index, delays) if index > NO_CHAIN else 0.0
        found["replay_ns"] = max(compared, waits * _hop(delays)) + 3 * _hop(delays) + _fanned(n["Simd"] * x, delays)
        if _in_block(device, 2 << index, n["Simd"] * x):
            found["block_ns"] = delays.block_ns + _hop(delays)  # past what was written meanwhile
    return found


def _in_block(device: Device, rows: int, width: int) -> bool:
    return memories.place(rows, width, True, device.blocks, device.cells).where == memories.BLOCKS


def _window(n: Mapping[str, int], waits: int, delays: Delays) -> float:
    """Words that have come are compared with those needed, what follows must be ready: that loads the next window."""
    address, word = n["AddressWidth"], n["Lanes"] * n["XWidth"]
    loads = n["Pixels"] * n["Taps"] * (word + address)
    ahead = max(_chain(address + 2, delays), waits * _hop(delays)) + 3 * _hop(delays) + _fanned(loads, delays)
    read = max(0, address - 4) * 0.5 * _hop(delays) + 2 * _hop(delays) + _fanned(word, delays)
    return max(ahead, read)


def _hop(delays: Delays) -> float:
    return delays.route_ns + delays.lut_ns


def _chain(bits: int, delays: Delays) -> float:
    return _hop(delays) + delays.lut_ns + delays.carry_ns * bits


def _fanned(loads: int, delays: Delays) -> float:
    return delays.fanout_ns * log2(max(loads, 1))
