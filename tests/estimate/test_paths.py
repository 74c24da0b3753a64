"""Which path of a design is the slowest, and what makes it longer."""

import numpy as np
import pytest

from edgeflow.estimate import fit
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.devices import ECP5
from edgeflow.estimate.paths import KINDS, paths_ns
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._matrix import MatrixUnit
from edgeflow.kernels._unit import Fold
from edgeflow.kernels._window import window_unit
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.design import LOGIC, Part

LOGIC_PART = Part(LOGIC, {"registers": 9, "stage_ps": 3500})
GEAR = Part("ef_upsize", {"Width": 4, "Ratio": 2})


def dense(weight, w: Fixed) -> Part:
    unit = MatrixUnit(np.array(weight), np.arange(2), Fixed(4, signed=False), w, Fixed(12), Fold(1, 1)).unit()
    return Part(unit.module, unit.parameters, unit.memories)


def paths(*parts: Part) -> dict[str, float]:
    return paths_ns(parts, ECP5_SPEED_6, ECP5)


def test_only_the_kinds_that_are_there_have_a_path():
    assert paths(LOGIC_PART) == {"logic_ns": 2.4 + 3.5}
    assert paths(dense([[1, 2]] * 9, Fixed(4))).keys() <= set(KINDS)


def test_a_product_in_luts_is_as_slow_as_its_weights_have_digits():
    one, two, four = (paths(dense([[w, 0]] * 9, Fixed(4)))["product_ns"] for w in (1, 3, -1))
    assert one < two < four
    assert "product_ns" not in paths(dense([[99, 0]] * 9, Fixed(8))), "a multiplier has registers around it"


def test_ready_that_passes_through_parts_is_a_path_up_to_the_next_register():
    unit = window_unit(Geometry(6, 6, 1, (2, 2)), Fixed(4), 2)
    window = Part(unit.module, unit.parameters, unit.memories)
    alone, cut, passed = (paths(window, *after)["window_ns"] for after in ([], [LOGIC_PART, *6 * [GEAR]], 6 * [GEAR]))
    assert alone == cut < passed


def routed(number: int, kinds: dict[str, float], period_ns: float) -> Row:
    return Row(number, "b", "ecp5", "mlp", terms=kinds, found={"fmax_mhz": 1000 / period_ns})


def test_the_fit_finds_what_each_kind_really_takes():
    rows = [routed(i, {"window_ns": ns, "logic_ns": 1.0}, 0.7 * ns) for i, ns in enumerate((6.0, 8.0, 10.0) * 9)]
    rows += [routed(i, {"window_ns": 1.0, "logic_ns": ns}, 1.1 * ns) for i, ns in enumerate((6.0, 8.0, 10.0) * 9)]
    shares = fit._speed(rows)
    assert shares["window_ns"] == pytest.approx(0.7, rel=0.05)
    assert shares["logic_ns"] == pytest.approx(1.1, rel=0.05)
    assert 0.7 < shares["sum_ns"] < 1.1, "nothing is known of it but what others have in common"
    assert fit._speed([]) == dict.fromkeys(KINDS, 1.0)
