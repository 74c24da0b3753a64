"""What the parts of a design are made of: registers, memories and multipliers counted, logic in terms that add up.

Each module of hw/rtl has its function here, in the order of its source; the numbers are its parameters. Logic becomes
LUTs by what a term costs on a family, which is fitted (fit.py); the rest is exact where synthesis keeps to its rules.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from math import ceil

from edgeflow.estimate.counting import BRAMS, DSPS, FFS, FIRST, LONE, Terms, add, bits, count, memory, multiply
from edgeflow.estimate.devices import Device
from edgeflow.estimate.tables import different, fields, varying
from edgeflow.estimate.windows import window
from edgeflow.rtl.design import LOGIC, Part


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
        FFS: c["registers"] + out + 1,
        LONE: c["lone_registers"] + out,
        FIRST: c["first_registers"],
        "inverted": c["inverted_bits"] * (not device.inverts),
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
        "thresholds": c["thresholds"],
        "brief": c["brief"],
        "comparisons": c["comparisons"],
        "decided": c["decided"],
        "little": c["little_bits"],
        "littles": c["little"],
        "table": c["table_luts"],
        "table_mux": c["table_muxes"],
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
    columns = varying(part.tables["WeightFile"])
    found: Terms = Counter({"denses": 1})
    _folds(found, part)
    _operands(found, part, columns, device)
    _products(found, part, columns, device)
    _sums(found, part)
    if n["Replay"]:
        numbers = {"Width": _beat(n), "Beats": n["InFolds"], "Repeats": n["OutFolds"]}
        found += _replay(Part("ef_replay", numbers), device)
    return found


def _beat(n: Mapping[str, int]) -> int:
    """Bits of x that ef_dense takes at once."""
    return (n["Pe"] if n["Channelwise"] else 1) * n["Simd"] * n["XWidth"]


def _levels(n: Mapping[str, int]) -> int:
    """Of ef_dense's tree of adders."""
    return (n["Simd"] - 1).bit_length()


def _folds(found: Terms, part: Part) -> None:
    """ef_dense's counters, and the marks that go down the pipeline beside the values."""
    n = part.numbers
    rows, fold, index = bits(n["InFolds"] * n["OutFolds"]), bits(n["OutFolds"]), bits(n["InFolds"])
    for width in (rows, index, fold) if index and fold else (rows,):  # of one counter there are no others
        count(found, width)
    depth = 5 + (_levels(n) + 1) // 2
    marks = 2 if index else 1  # first and last of a position; of one beat they are the same
    found[FFS] += rows + max(1, index) + fold + depth + 1 + marks * depth + (depth - 1) * fold
    found[LONE] += (depth - 1) * (1 + marks + fold)


def _operands(found: Terms, part: Part, columns: int, device: Device) -> None:
    """Weights, of which ``columns`` bits vary, inputs and biases on their way to the multipliers and sums."""
    n, rows = part.numbers, part.numbers["InFolds"] * part.numbers["OutFolds"]
    if rows > 1:
        memory(found, device, rows, columns, written=False, forced=True)
        found[FFS] += 2 * columns
        found[LONE] += 2 * columns
    found[FFS] += 3 * _beat(n)
    found[LONE] += 3 * _beat(n)
    found[FIRST] += 0 if n["Replay"] else _beat(n)
    if n["OutFolds"] > 1:
        bias = part.tables["BiasFile"]
        memory(found, device, n["OutFolds"], different(bias), written=False, text=bias)


def _products(found: Terms, part: Part, columns: int, device: Device) -> None:
    n = part.numbers
    x, w, y, products = n["XWidth"], n["WWidth"], n["YWidth"], n["Pe"] * n["Simd"]
    if x * w > 16 and w > 2:
        sides = x + (not n["XSigned"]), w + (not n["WSigned"])
        kept = products * min(y, sum(sides))  # bits of all products
        multiply(found, *sides, min(y, sum(sides)), products, device)
    else:
        used = fields(part.tables["WeightFile"], products, w)
        kept = sum(_added(found, one, x, w, y, columns > 0) for one in used)
    found[FFS] += 2 * kept
    found[LONE] += 2 * kept if found[DSPS] or not columns else kept
    if device.multiplier_registers and found[DSPS]:
        # The product's first, the weight's last, signed inputs'.
        inside = kept + columns + _beat(n) * n["XSigned"]
        found[FFS] -= inside
        found[LONE] -= inside


def _sums(found: Terms, part: Part) -> None:
    """ef_dense's tree of adders, registered at every second level, and its accumulators."""
    n = part.numbers
    y, pe, levels = n["YWidth"], n["Pe"], _levels(n)
    terms, registered = n["Simd"], 0
    for level in range(levels):
        add(found, y, pe * (terms // 2))
        terms = ceil(terms / 2)
        if level % 2 == 1 or level == levels - 1:
            registered += terms
    add(found, y, pe)
    found["start"] += pe * y
    again = pe * y * (n["InFolds"] > 1)  # a sum goes to both, the accumulator and the output
    found[FFS] += pe * registered * y + pe * y + again
    found[LONE] += 2 * again


def _added(found: Terms, used: int, x: int, w: int, y: int, varies: bool) -> int:
    """A product in LUTs: an adder for each bit that is set in any of a multiplier's weights; returns its bits."""
    digits, signed = used.bit_count(), used >> (w - 1)
    found["product"] += digits * (x + 1) * varies
    found["products"] += digits * varies
    found["summed"] += max(0, digits - 2) * (x + w) * varies  # the more there are, the wider are their sums
    if not used:
        return 0
    low = (used & -used).bit_length() - 1  # zeros
    return min(y, x + w if signed else x + used.bit_length() - (digits == 1)) - low


def _replay(part: Part, device: Device) -> Terms:
    n = part.numbers
    index, repeat = bits(n["Beats"]), bits(n["Repeats"])
    found: Terms = Counter({"replays": 1, FFS: 2 * index + 2 + repeat + 2 + 1})
    for width in (index, index, repeat):
        count(found, width)
    found["compare"] += index
    memory(found, device, 2 << max(1, index), n["Width"], written=True, used=2 * n["Beats"])
    return found


def _upsize(part: Part, device: Device) -> Terms:
    n = part.numbers
    counter, wide = bits(n["Ratio"]), n["Ratio"] * n["Width"]
    return Counter({"gears": 1, "counter": counter, FFS: wide + counter + 1, LONE: wide, FIRST: n["Width"]})


def _downsize(part: Part, device: Device) -> Terms:
    n = part.numbers
    counter, wide = bits(n["Ratio"]), n["Ratio"] * n["Width"]
    found: Terms = Counter({"gears": 1, "counter": counter, FFS: wide + counter + 1, LONE: n["Width"]})
    found["shifted"] += wide - n["Width"]
    return found


def _fifo(part: Part, device: Device) -> Terms:
    n = part.numbers
    filled, width = n["Depth"].bit_length(), n["Width"]
    found: Terms = Counter({"fifos": 1, "counter": filled, FFS: filled + width})
    if n["Depth"] > 1:
        address = max(1, bits(n["Depth"] - 1))
        found["counter"] += 2 * address
        found[FFS] += 2 * address
        found["passed"] += width
        read: Terms = Counter()
        memory(read, device, 1 << address, width, written=True, registered=False)
        found += read
    else:
        found[LONE] += width
        found[FIRST] += width
    return found


def _maxpool(part: Part, device: Device) -> Terms:
    n = part.numbers
    fold = bits(n["InFolds"])
    found: Terms = Counter({"pools": 1, "counter": fold, FFS: fold + 2 + (2 if fold else 0) + 3 * n["Pe"] * n["Width"]})
    if not fold:
        found[FFS] -= n["Pe"] * n["Width"]
    found[LONE] += 2 * n["Pe"] * n["Width"] if fold else 0  # the winner goes to both
    if n["Simd"] == 1:
        found[LONE] += n["Pe"] * n["Width"]
        found[FIRST] += n["Pe"] * n["Width"]
    found["greatest"] += n["Pe"] * n["Width"] * (n["Simd"] - 1 + bool(fold))
    found["greatests"] += n["Pe"] * (n["Simd"] - 1 + bool(fold))
    return found


def _argmax(part: Part, device: Device) -> Terms:
    n = part.numbers
    value = n["XWidth"]
    found: Terms = Counter({"argmaxes": 1, "counter": n["YWidth"], "greatest": value, "greatests": 1})
    found[FFS] += 3 * n["YWidth"] + value + 1
    return found


def _table(part: Part, device: Device) -> Terms:
    n = part.numbers
    columns = varying(part.tables["TableFile"])
    found: Terms = Counter({"tables": 1, FFS: 2 + n["Lanes"] * columns, LONE: 1 + n["Lanes"] * columns})
    for _ in range(n["Lanes"]):
        memory(found, device, 1 << n["XWidth"], columns, written=False, forced=True)
    return found


def _permute(part: Part, device: Device) -> Terms:
    n, order = part.numbers, part.tables["OrderFile"]
    index = bits(n["Words"])
    found: Terms = Counter({"permutes": 1, FFS: 2 * index + 2 + 2 + 1})
    for _ in range(2):
        count(found, index)
    memory(found, device, 2 << index, n["Width"], written=True)
    memory(found, device, n["Words"], index, written=False, text=order)
    return found


def _fork(part: Part, device: Device) -> Terms:
    return Counter({"forks": part.numbers["Outputs"], FFS: part.numbers["Outputs"]})


def _join(part: Part, device: Device) -> Terms:
    return Counter({"joins": part.numbers["Inputs"]})


_MODULES: dict[str, Callable[[Part, Device], Terms]] = {
    LOGIC: _logic,
    "ef_dense": _dense,
    "ef_window": window,
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
