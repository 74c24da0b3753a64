"""What the parts of a design are made of: registers, memories and multipliers counted, logic in terms that add up.

Each module of hw/rtl has its function here, in the order of its source; the numbers are its parameters. Logic becomes
LUTs by what a term costs on a family, which is fitted (fit.py); the rest is exact where synthesis keeps to its rules.
"""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from math import ceil

from edgeflow.estimate import memories
from edgeflow.estimate.devices import Device
from edgeflow.rtl.design import LOGIC, Part

Terms = Counter[str]
FFS, LONE, BRAMS, DSPS = "ffs", "lone", "brams", "dsps"


def terms_of(part: Part, device: Device) -> Terms:
    return _MODULES.get(part.module, _stated)(part, device)


def _stated(part: Part, device: Device) -> Terms:
    """A module that has no function here yet: what its kernel says."""
    cost = part.stated
    return Counter({"stated": cost.luts, FFS: cost.ffs, BRAMS: cost.brams, DSPS: cost.dsps})


def _logic(part: Part, device: Device) -> Terms:
    c = Counter(part.numbers)
    out = c["out_bits"]
    found: Terms = Counter({
        FFS: c["registers"] + out + 1 - c["unused"],  # bits that nobody reads are no registers of the part before
        LONE: c["lone_registers"],
        "chain": c["add_bits"],
        "chains": c["add_chains"],
        "offset": c["offset_bits"],
        "offsets": c["offset_chains"],
        "small": c["small_bits"],
        "clip": c["clip_bits"],
        "clips": c["clips"],
        "clip_over": c["clip_over"],
        "compare": c["greater_bits"],
        "threshold": c["threshold_bits"],
        "comparisons": c["comparisons"],
        "table": c["table_bits"],
        "choose": c["choose_bits"],
        "tie": c["ties"] + c["tie_bits"],
        "skid": out,
        "pipelines": 1,
    })  # fmt: skip
    if c["multiplies"]:
        found[DSPS] += c["multiplies"] * device.multiplier_units
    return found


def _dense(part: Part, device: Device) -> Terms:
    n = part.numbers
    simd, pe, x, w, y = n["Simd"], n["Pe"], n["XWidth"], n["WWidth"], n["YWidth"]
    rows, beat = n["InFolds"] * n["OutFolds"], (pe if n["Channelwise"] else 1) * simd * x
    levels = (simd - 1).bit_length()
    depth = 5 + (levels + 1) // 2
    fold, index = _bits(n["OutFolds"]), _bits(n["InFolds"])
    found: Terms = Counter({"denses": 1, "counter": _bits(rows) + index + fold})
    marks = 2 if index else 1  # first and last of a position; of one beat they are the same
    found[FFS] += _bits(rows) + max(1, index) + fold + depth + 1 + marks * depth + (depth - 1) * fold
    found[LONE] += (depth - 1) * (1 + marks) + max(0, depth - 2) * fold

    columns = _varying(part.tables["WeightFile"])
    if rows > 1:
        _memory(found, device, rows, columns, written=False, forced=True)
        found[FFS] += 2 * columns
        found[LONE] += 2 * columns
    found[FFS] += 3 * beat
    found[LONE] += 3 * beat

    if fold:
        bias = _different(part.tables["BiasFile"])
        _memory(found, device, n["OutFolds"], bias, written=False, text=part.tables["BiasFile"])

    products = pe * simd
    if x * w > 16 and w > 2:
        found[DSPS] += products * _multipliers(x, w, device)
        product = min(y, x + w + (not n["XSigned"]) + (not n["WSigned"]))
        found["multiplied"] += products
    else:
        product = min(y, x + w) if columns else x
        found["product"] += products * w * (x + 1) * bool(columns)
        found["products"] += products * w * bool(columns)
    kept = 2 * products * product
    if device.multiplier_registers and found[DSPS]:
        kept -= products * product
    found[FFS] += kept
    found[LONE] += products * product

    terms, registered = simd, 0
    for level in range(levels):
        sums = ceil(terms / 2)
        found["chain"] += pe * (terms // 2) * y
        found["chains"] += pe * (terms // 2)
        if level % 2 == 1 or level == levels - 1:
            registered += sums
        terms = sums
    found[FFS] += pe * registered * y
    found["chain"] += pe * y
    found["chains"] += pe
    found["start"] += pe * y
    found[FFS] += 2 * pe * y if index else pe * y
    if n["Replay"]:
        found += _replay(Part("ef_replay", {"Width": beat, "Beats": n["InFolds"], "Repeats": n["OutFolds"]}), device)
    return found


def _replay(part: Part, device: Device) -> Terms:
    n = part.numbers
    index, repeat = _bits(n["Beats"]), _bits(n["Repeats"])
    found: Terms = Counter({"replays": 1, "counter": 2 * index + repeat, FFS: 2 * index + 2 + repeat + 2 + 1})
    _memory(found, device, 2 << max(1, index), n["Width"], written=True, used=2 * n["Beats"])
    return found


def _window(part: Part, device: Device) -> Terms:
    n = part.numbers
    address, word = n["AddressWidth"], n["Lanes"] * n["XWidth"]
    count, copies = address + 2, n["Pixels"] * n["Taps"]
    places = [max(1, _bits(n[name])) for name in ("Rows", "Columns", "ChannelGroups", "TapGroups", "Repeats")]
    frame = count - _zeros(n["FrameWords"])
    masks = _masks(part.tables["RowFile"], count, 3), _masks(part.tables["ColumnFile"], count, 2)
    masked = bool(masks[0] or masks[1] or n["TapGroups"] & (n["TapGroups"] - 1))  # no power of two: some index is none
    found: Terms = Counter({"windows": 1, "counter": sum(places) + count, "position": 3 * count + address})
    found[FFS] += sum(places) + frame + 3 * count + 3 + count + address + sum(masks)
    found[LONE] += count
    for name in ("RowFile", "ColumnFile", "TapFile"):  # Yosys moves the index' register behind the table
        found["rom"] += _rom(part.tables[name])
        found[FFS] += _different(part.tables[name])
    rings = _rings(part)
    found["address"] += len(rings) * address
    found["addresses"] += len(rings)
    found[FFS] += len(rings) * address + 2 * copies * masked
    found[LONE] += copies * masked
    found["masked"] += copies * word * masked
    found["inside"] += copies * masked * n["TapGroups"]
    for width, alike in Counter(rings).items():
        _memory(found, device, 1 << address, width, written=True, copies=alike)
    return found


def _rings(part: Part) -> list[int]:
    """Widths of the copies of the ring that synthesis keeps: none of what nobody reads, one of those that read the same
    places, as windows of a beat do where they overlap."""
    n = part.numbers
    copies, address = n["Pixels"] * n["Taps"], n["AddressWidth"]
    rows, mask = _rows(part.tables["TapFile"]), (1 << n["AddressWidth"]) - 1
    reads = part.reads if len(part.reads) == copies * n["Lanes"] else (n["XWidth"],) * (copies * n["Lanes"])
    seen: dict[tuple[int, ...], list[int]] = {}
    for copy in range(copies):
        pixel, tap = divmod(copy, n["Taps"])
        column = pixel * n["StepX"] + tap % n["KernelWidth"] * n["DilationX"] + n["InPixels"] * n["PadX"] - n["PadX"]
        place = (column % n["InPixels"], *(row >> (copy * address) & mask for row in rows))
        own = reads[copy * n["Lanes"] : (copy + 1) * n["Lanes"]]
        seen[place] = [max(pair) for pair in zip(seen.get(place, own), own, strict=True)]
    return [sum(bits) for bits in seen.values() if sum(bits)]


def _upsize(part: Part, device: Device) -> Terms:
    n = part.numbers
    bits, wide = _bits(n["Ratio"]), n["Ratio"] * n["Width"]
    return Counter({"gears": 1, "counter": bits, FFS: wide + bits + 1, LONE: wide})


def _downsize(part: Part, device: Device) -> Terms:
    n = part.numbers
    bits, wide = _bits(n["Ratio"]), n["Ratio"] * n["Width"]
    return Counter({"gears": 1, "counter": bits, FFS: wide + bits + 1, "shifted": wide - n["Width"], LONE: n["Width"]})


def _fifo(part: Part, device: Device) -> Terms:
    n = part.numbers
    count, width = n["Depth"].bit_length(), n["Width"]
    found: Terms = Counter({"fifos": 1, "counter": count, FFS: count + width})
    if n["Depth"] > 1:
        address = max(1, _bits(n["Depth"] - 1))
        found["counter"] += 2 * address
        found[FFS] += 2 * address
        found["passed"] += width
        read: Terms = Counter()
        _memory(read, device, 1 << address, width, written=True, registered=False)
        found += read
    else:
        found[LONE] += width
    return found


def _maxpool(part: Part, device: Device) -> Terms:
    n = part.numbers
    fold = _bits(n["InFolds"])
    found: Terms = Counter({"pools": 1, "counter": fold, FFS: fold + 2 + (2 if fold else 0) + 3 * n["Pe"] * n["Width"]})
    if not fold:
        found[FFS] -= n["Pe"] * n["Width"]
    found["greatest"] += n["Pe"] * n["Width"] * (n["Simd"] - 1 + bool(fold))
    found["greatests"] += n["Pe"] * (n["Simd"] - 1 + bool(fold))
    return found


def _argmax(part: Part, device: Device) -> Terms:
    n = part.numbers
    value = n["XWidth"] + 0
    found: Terms = Counter({"argmaxes": 1, "counter": n["YWidth"], "greatest": value, "greatests": 1})
    found[FFS] += 3 * n["YWidth"] + value + 1
    return found


def _table(part: Part, device: Device) -> Terms:
    n = part.numbers
    columns = _varying(part.tables["TableFile"])
    found: Terms = Counter({"tables": 1, FFS: 2 + n["Lanes"] * columns, LONE: 1 + n["Lanes"] * columns})
    for _ in range(n["Lanes"]):
        _memory(found, device, 1 << n["XWidth"], columns, written=False, forced=True)
    return found


def _permute(part: Part, device: Device) -> Terms:
    n = part.numbers
    index = _bits(n["Words"])
    found: Terms = Counter({"permutes": 1, "counter": 2 * index, FFS: 3 * index + 2 + 2 + 1})
    _memory(found, device, 2 << index, n["Width"], written=True)
    found["rom"] += _rom(part.tables["OrderFile"])
    return found


def _fork(part: Part, device: Device) -> Terms:
    return Counter({"forks": part.numbers["Outputs"], FFS: part.numbers["Outputs"]})


def _join(part: Part, device: Device) -> Terms:
    return Counter({"joins": part.numbers["Inputs"]})


_MODULES: dict[str, Callable[[Part, Device], Terms]] = {
    LOGIC: _logic,
    "ef_dense": _dense,
    "ef_window": _window,
    "ef_upsize": _upsize,
    "ef_downsize": _downsize,
    "ef_fifo": _fifo,
    "ef_maxpool": _maxpool,
    "ef_argmax": _argmax,
    "ef_table": _table,
    "ef_permute": _permute,
    "ef_fork": _fork,
    "ef_join": _join,
}


def _memory(
    found: Terms,
    device: Device,
    rows: int,
    width: int,
    written: bool,
    forced: bool = False,
    copies: int = 1,
    registered: bool = True,
    used: int | None = None,
    text: str | None = None,
) -> None:
    """Add ``copies`` of a memory whose output is a register: its own in a block, flip-flops elsewhere."""
    mapped = memories.place(rows, width, written, device.blocks, device.cells, forced)
    found["multiplexed"] += copies * mapped.multiplexed
    match mapped.where:
        case memories.BLOCKS:
            found[BRAMS] += copies * mapped.cells
            if written:  # the write a cycle late, and past the block what it overwrites
                address = (rows - 1).bit_length()
                found[FFS] += address + width + 1 + width + copies
                found["bypass"] += copies * width
                found["bypasses"] += copies * address
            if mapped.multiplexed:
                found[FFS] += copies
        case memories.LUTS:
            found["lutram"] += copies * mapped.cells
            found[FFS] += copies * width * registered
            found["lutrams"] += copies
        case _ if written:
            kept = (used or rows) * width
            found[FFS] += kept + copies * width * registered
            found[LONE] += kept
            found["kept"] += copies * kept
        case _:
            found[FFS] += width
            found["rom"] += _rom(text) if text else 0


def _multipliers(x: int, w: int, device: Device) -> int:
    sides = ceil((x + 1) / device.multiplier_side) * ceil((w + 1) / device.multiplier_side)
    if device.multiplier_units > 1 and max(x, w) + 1 <= 9:
        return 1
    return sides * device.multiplier_units


def _bits(values: int) -> int:
    """Of a counter over so many; none for one."""
    return (values - 1).bit_length()


def _zeros(value: int) -> int:
    """Trailing ones of a count that never change."""
    return (value & -value).bit_length() - 1


@lru_cache(maxsize=64)  # each table is looked at a few times
def _rows(text: str) -> list[int]:
    return [int(line, 16) for line in text.split()]


def _varying(text: str) -> int:
    """Columns that are not the same in all rows."""
    rows = _rows(text)
    low, high = rows[0], rows[0]
    for row in rows:
        low, high = low & row, high | row
    return (low ^ high).bit_count()


def _different(text: str) -> int:
    """The same, equal ones once."""
    rows = _rows(text)
    columns = {sum(((row >> bit) & 1) << i for i, row in enumerate(rows)) for bit in range(max(rows).bit_length())}
    return len(columns - {0, (1 << len(rows)) - 1})


def _rom(text: str) -> int:
    """Four-input LUTs of a table in logic: one for each different column of up to 16 rows."""
    rows = _rows(text)
    width = max(rows).bit_length()
    everything = (1 << len(rows)) - 1
    columns = {sum(((row >> bit) & 1) << i for i, row in enumerate(rows)) for bit in range(width)}
    different = {min(column, column ^ everything) for column in columns} - {0}
    selects = {sum(((i >> bit) & 1) << i for i in range(len(rows))) for bit in range(_bits(len(rows)))}
    different -= {min(column, column ^ everything) for column in selects}
    return len(different) * ceil(len(rows) / 16)


def _masks(text: str, count: int, numbers: int) -> int:
    """Varying bits of a row's or column's mask of taps; none if all lie inside always."""
    rows = [row >> (count * numbers) for row in _rows(text)]
    low, high = rows[0], rows[0]
    for row in rows:
        low, high = low & row, high | row
    return (low ^ high).bit_count()
