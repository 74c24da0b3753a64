"""What parts are made of: counted as synthesis counts, and every module of the library known."""

import re
from collections import Counter

import numpy as np
import pytest

from edgeflow.circuit.graph import Circuit
from edgeflow.estimate.devices import DEVICES, ECP5, ICE40
from edgeflow.estimate.features import features_of
from edgeflow.estimate.terms import terms_of
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._matrix import MatrixUnit
from edgeflow.kernels._unit import Fold
from edgeflow.kernels._window import window_unit
from edgeflow.rtl.census import census, reads
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.design import LOGIC, Part
from edgeflow.rtl.operations import operations
from edgeflow.rtl.schedule import pipeline
from edgeflow.shipped import PACKAGE


def dense(weight, w: Fixed) -> Part:
    unit = MatrixUnit(weight, np.arange(weight.shape[1]), Fixed(8), w, Fixed(20), Fold(1, 1)).unit()
    return Part(unit.module, unit.parameters, unit.memories)


def test_every_module_of_the_library_has_its_terms():
    texts = [path.read_text() for folder in ("kernels", "rtl") for path in (PACKAGE / folder).glob("*.py")]
    named = {module for text in texts for module in re.findall(r'^\s+"(ef_\w+)",$', text, re.MULTILINE)}
    assert {"ef_dense", "ef_window", "ef_fifo"} <= named
    for module in named:
        unknown = Part(module, {}, stated=Cost(luts=7))
        with pytest.raises(KeyError):  # its own function asks for its parameters
            terms_of(unknown, ECP5)


def test_a_module_that_is_new_counts_as_its_kernel_says():
    assert terms_of(Part("ef_new", {}, stated=Cost(9, 8, 7, 6)), ECP5) == Counter(stated=9, ffs=8, brams=7, dsps=6)


def test_constant_columns_of_weights_are_no_registers():
    rng = np.random.default_rng(1)
    weight = rng.integers(-8, 8, (12, 4))
    even = terms_of(dense(weight & ~1, Fixed(4)), ECP5)["ffs"]
    assert terms_of(dense(weight, Fixed(4)), ECP5)["ffs"] == even + 2  # two stages of the lowest bit


def test_wide_products_take_multipliers_which_on_ice40_hold_registers():
    weight = np.random.default_rng(2).integers(-100, 100, (6, 2))
    ecp5, ice40 = (terms_of(dense(weight, Fixed(8)), device) for device in (ECP5, ICE40))
    assert ecp5["dsps"] == ice40["dsps"] == 1 and ecp5["product"] == 0
    assert ice40["ffs"] < ecp5["ffs"]
    assert terms_of(dense(np.sign(weight), Fixed(2)), ECP5)["dsps"] == 0


def test_products_too_narrow_for_a_multiplier_are_luts():
    """As Yosys' mul2dsp: ECP5 from products of 9 bits on, iCE40 11, Gowin factors of 4."""
    rng = np.random.default_rng(3)
    for x, w, yes in (
        (Fixed(3), Fixed(6), {"ecp5"}),
        (Fixed(7), Fixed(3), {"ecp5"}),
        (Fixed(4), Fixed(8), set(DEVICES)),
    ):
        weight = rng.integers(w.lo, w.hi + 1, (9, 2))
        unit = MatrixUnit(weight, np.arange(2), x, w, Fixed(16), Fold(1, 1)).unit()
        part = Part(unit.module, unit.parameters, unit.memories)
        found = {family: terms_of(part, device) for family, device in DEVICES.items()}
        assert {family for family, terms in found.items() if terms["dsps"]} == yes
        assert all(bool(terms["narrows"]) != bool(terms["dsps"]) for terms in found.values())


def test_weights_that_a_multiplier_never_gets_are_no_registers():
    """Two lanes of ternary weights; one of them is never negative, so its product is as wide as the input."""
    weight = np.array([[1, -1], [0, 1], [1, 0], [0, -1]])
    unit = MatrixUnit(weight, np.arange(2), Fixed(4, signed=False), Fixed(2), Fixed(8), Fold(2, 1)).unit()
    once = terms_of(Part(unit.module, unit.parameters, unit.memories), ECP5)
    unit = MatrixUnit(-np.abs(weight), np.arange(2), Fixed(4, signed=False), Fixed(2), Fixed(8), Fold(2, 1)).unit()
    both = terms_of(Part(unit.module, unit.parameters, unit.memories), ECP5)
    assert once["products"] == 3 and both["products"] == 4


def test_a_sum_that_goes_on_and_out_pairs_with_neither_register():
    """Accumulated over two beats, or of one: only then its own LUTs feed the register."""
    weight = np.random.default_rng(4).integers(-2, 2, (2, 1))
    lone = []
    for simd in (1, 2):
        unit = MatrixUnit(weight, np.arange(1), Fixed(3), Fixed(2), Fixed(7), Fold(1, simd)).unit()
        found = terms_of(Part(unit.module, unit.parameters, unit.memories), ICE40)
        lone.append(found["lone"])
    assert lone[0] > lone[1]


def test_what_is_subtracted_is_turned_round_by_luts_where_carries_cannot():
    circuit = Circuit()
    a, b, c = (circuit.input(i, 0, 31) for i in range(3))
    circuit.outputs = [circuit.add(a, -b), circuit.add(c, -b), circuit.add(a, c)]
    schedule = pipeline(circuit, 1.0, ECP5_SPEED_6)
    part = Part(LOGIC, {**census(circuit, schedule, ECP5_SPEED_6), "out_bits": 18})
    assert terms_of(part, ICE40)["inverted"] == 5, "once for both differences"
    assert terms_of(part, ECP5)["inverted"] == 0


def test_small_comparisons_need_no_chain():
    circuit = Circuit()
    a, wide = circuit.input(0, 0, 7), circuit.input(1, 0, 255)
    circuit.outputs = [circuit.greater(a, circuit.const(3)), circuit.greater(wide, circuit.const(3))]
    found = operations(circuit, circuit.live())
    assert (found["decided"], found["thresholds"], found["threshold_bits"]) == (1, 1, 8)


def test_overlapping_windows_share_their_rings():
    geometry = Geometry(6, 6, 1, (1, 2))
    one, two = (window_unit(geometry, Fixed(4), 2, pixels=pixels) for pixels in (1, 5))
    rings = [terms_of(Part(u.module, u.parameters, u.memories), ECP5)["lutrams"] for u in (one, two)]
    assert rings[0] == 2 and rings[1] < 10


def test_overlapping_windows_have_blocks_of_their_own():
    """As Yosys 0.70 keeps them: iCE40 has no memory but blocks, and design 41 took 24 of them, not 16."""
    unit = window_unit(Geometry(12, 12, 3, (2, 2)), Fixed(6), 12, taps=4, pixels=3)
    part = Part(unit.module, unit.parameters, unit.memories)
    assert terms_of(part, ICE40)["brams"] == 3 * 4 * 2


def test_no_ring_is_lost_that_is_a_block_only_together_with_its_like():
    """Two taps of one place read a lane each: together worth a block on iCE40, alone registers."""
    unit = window_unit(Geometry(6, 14, 2, (1, 3)), Fixed(2), 6, taps=3, pixels=2)
    both, first, second = (2, 2), (2, 0), (0, 2)
    reads = (*both, *first, *first, *second, *second, *both)
    found = terms_of(Part(unit.module, unit.parameters, unit.memories, reads), ICE40)
    assert (found["brams"], found["kept"]) == (2, 4 * 2 * 32)


def test_a_ring_that_nobody_reads_is_not_there():
    unit = window_unit(Geometry(6, 6, 1, (1, 2)), Fixed(4), 2)
    part = Part(unit.module, unit.parameters, unit.memories, reads=(4, 0))
    assert terms_of(part, ECP5)["lutrams"] == 1


def test_bits_that_pass_wires_are_registered_once():
    circuit = Circuit()
    x = circuit.input(0, -128, 127)
    circuit.outputs = [x, circuit.drop(x, 3)]
    schedule = pipeline(circuit, 100.0, ECP5_SPEED_6)
    found = census(circuit, schedule, ECP5_SPEED_6)
    assert found["registers"] == 8 * schedule.latency + schedule.latency  # and valid
    assert reads(circuit, schedule) == (8,)


def test_what_nobody_reads_is_no_register_of_the_part_before():
    circuit = Circuit()
    circuit.outputs = [circuit.drop(circuit.input(0, -128, 127), 5)]
    schedule = pipeline(circuit, 100.0, ECP5_SPEED_6)
    logic = Part(LOGIC, {**census(circuit, schedule, ECP5_SPEED_6), "out_bits": 3})
    before = Part("ef_downsize", {"Ratio": 2, "Width": 8})
    alone, after, both = (
        features_of(parts, "ecp5", ECP5_SPEED_6)["ffs"] for parts in ([logic], [before], [before, logic])
    )
    assert both == alone + after - 5, "alone there is nothing before it to lose"


def test_low_bits_that_are_dropped_do_not_matter():
    circuit = Circuit()
    circuit.outputs = [circuit.drop(circuit.input(0, -128, 127), 5)]
    schedule = pipeline(circuit, 100.0, ECP5_SPEED_6)
    assert reads(circuit, schedule) == (3,)
    assert census(circuit, schedule, ECP5_SPEED_6)["unused"] == 5
