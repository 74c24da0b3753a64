"""What parts are made of: counted as synthesis counts, and every module of the library known."""

import re
from collections import Counter

import numpy as np
import pytest

from edgeflow.circuit.graph import Circuit
from edgeflow.estimate.devices import ECP5, ICE40
from edgeflow.estimate.terms import terms_of
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._matrix import MatrixUnit
from edgeflow.kernels._unit import Fold
from edgeflow.kernels._window import window_unit
from edgeflow.rtl.census import census, reads
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.design import Part
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


def test_overlapping_windows_share_their_rings():
    geometry = Geometry(6, 6, 1, (1, 2))
    one, two = (window_unit(geometry, Fixed(4), 2, pixels=pixels) for pixels in (1, 5))
    rings = [terms_of(Part(u.module, u.parameters, u.memories), ECP5)["addresses"] for u in (one, two)]
    assert rings[0] == 2 and rings[1] < 10


def test_a_ring_that_nobody_reads_is_not_there():
    unit = window_unit(Geometry(6, 6, 1, (1, 2)), Fixed(4), 2)
    part = Part(unit.module, unit.parameters, unit.memories, reads=(4, 0))
    assert terms_of(part, ECP5)["addresses"] == 1


def test_bits_that_pass_wires_are_registered_once():
    circuit = Circuit()
    x = circuit.input(0, -128, 127)
    circuit.outputs = [x, circuit.drop(x, 3)]
    schedule = pipeline(circuit, 100.0, ECP5_SPEED_6)
    found = census(circuit, schedule, ECP5_SPEED_6)
    assert found["registers"] == 8 * schedule.latency + schedule.latency  # and valid
    assert reads(circuit, schedule) == (8,)


def test_low_bits_that_are_dropped_do_not_matter():
    circuit = Circuit()
    circuit.outputs = [circuit.drop(circuit.input(0, -128, 127), 5)]
    schedule = pipeline(circuit, 100.0, ECP5_SPEED_6)
    assert reads(circuit, schedule) == (3,)
    assert census(circuit, schedule, ECP5_SPEED_6)["unused"] == 5
