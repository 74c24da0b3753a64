"""What a term should cost by how it is built: where the fit starts from, and is drawn back to without evidence.

An adder's bit is a LUT, a chain's ends one or two more; a multiplexer's bit a LUT; a module's control some dozen gates.
"""

LUTS = {
    # logic, by rtl/census.py
    "chain": 1.0,
    "chains": 1.5,
    "offset": 1.0,
    "offsets": 1.5,
    "small": 1.0,
    "clip": 1.0,
    "clips": 1.5,
    "clip_over": 0.4,
    "compare": 1.0,
    "threshold": 1.0,
    "thresholds": 1.5,
    "brief": 2.0,
    "comparisons": 3.0,
    "decided": 1.0,
    "little": 0.7,
    "littles": 0.5,
    "table": 1.0,
    "table_mux": 0.2,
    "choose": 1.0,
    "tie": 0.4,
    "skid": 1.0,
    "pipelines": 3.0,
    # ef_dense and its replay
    "denses": 8.0,
    "counter": 0.8,
    "product": 1.0,
    "products": 1.0,
    "summed": 0.7,
    "multiplied": 0.5,
    "narrow": 1.2,
    "narrows": 4.0,
    "inverted": 1.0,
    "start": 1.0,
    "replays": 12.0,
    # ef_window and memories
    "windows": 20.0,
    "position": 0.5,
    "address": 0.5,
    "masked": 0.8,
    "inside": 0.6,
    "rom": 1.0,
    "lutram": 4.0,
    "lutrams": 1.0,
    "multiplexed": 0.7,
    "bypass": 1.0,
    "bypasses": 0.7,
    "kept": 1.0,
    # the rest
    "gears": 4.0,
    "shifted": 1.0,
    "fifos": 5.0,
    "passed": 1.0,
    "pools": 5.0,
    "greatest": 2.0,
    "greatests": 2.0,
    "argmaxes": 5.0,
    "tables": 2.0,
    "permutes": 15.0,
    "forks": 1.5,
    "joins": 1.0,
    "stated": 1.0,
}
# Where a family is known to differ. ECP5: hw/techmap/ecp5_add.v takes one LUT more than bits; a memory cell takes four
# and two that write it; a comparison's carry is fed in and led out by a cell of two each. iCE40: a flip-flop that no
# LUT of its own feeds fills a cell of LUT and flip-flop. Gowin: it takes a LUT to pass through; a memory cell takes
# eight. A comparison of 5 to 7 bits with a constant: as Yosys 0.70 made of eight of each.
OWN = {
    "ecp5": {"chains": 1.0, "offsets": 1.0, "lutram": 6.0, "comparisons": 6.0, "brief": 4.5},
    "ice40": {"lone": 1.0, "chains": 1.0, "table_mux": 1.0, "brief": 3.5},
    "gw1n": {"lone": 1.0, "lutram": 8.0, "comparisons": 6.0},
}
KNOWN = {  # by construction: drawn back ten times as hard
    "ecp5": ("chain", "chains", "lutram"),
    "ice40": ("chain", "chains", "lone"),
    "gw1n": ("chain", "chains", "lone"),
}
HARD = 10.0

CARRIES = {  # bits of carry chains
    "chain": 1.0,
    "chains": 1.0,
    "offset": 1.0,
    "offsets": 1.0,
    "compare": 1.0,
    "threshold": 0.5,
    "thresholds": 0.5,
    "comparisons": 0.5,
    "product": 0.7,
    "products": 0.5,
    "start": 0.1,
    "greatest": 1.0,
    "greatests": 0.5,
    "tie": 0.1,
    "windows": 4.0,
}
CELLS_A_CARRY = {"ecp5": 2}  # bits that a carry cell adds
