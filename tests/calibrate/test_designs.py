"""Numbered designs: each number is one network for ever, of every kind; those that say the same to all are known."""

import numpy as np
import pytest

from edgeflow import recipe
from edgeflow.boards import _board
from edgeflow.calibrate import students
from edgeflow.calibrate.architectures import ARCHITECTURES
from edgeflow.calibrate.designs import drawn, trained
from edgeflow.calibrate.others import others
from edgeflow.errors import InputError
from edgeflow.estimate import corpus
from edgeflow.estimate.analytic import estimate
from edgeflow.estimate.features import features
from edgeflow.estimate.recipe_network import drawn_network
from edgeflow.families import _family
from edgeflow.kernels._unit import foldable
from edgeflow.rtl.generate import generate

KINDS = len(ARCHITECTURES)


def test_a_number_is_always_the_same_network():
    one, again, other = drawn(10), drawn(10), drawn(10 + KINDS)
    x = np.random.default_rng(1).integers(one.network.input.lo, one.network.input.hi, (20, one.network.in_features))
    assert (one.network.run(x) == again.network.run(x)).all()
    assert one.folding == again.folding and one.eagerness == again.eagerness
    assert [layer.name for layer in one.network.layers] != [layer.name for layer in other.network.layers]


def test_architectures_take_turns_and_a_third_is_routed():
    numbers = range(6 * KINDS)
    assert [drawn(n).architecture for n in numbers] == 6 * list(ARCHITECTURES)
    assert sum(drawn(n).routed(luts=900) for n in numbers) == 2 * KINDS


def test_large_designs_are_packed_only():
    assert drawn(0).routed(luts=1000) and not drawn(0).routed(luts=1001)
    assert drawn(76).routed(luts=3000)  # every eleventh may be larger


def test_shapes_of_all_kinds_are_drawn():
    shapes = [str(shape).split()[0] for n in range(100) for shape in drawn(n).folding.values()]
    assert {"unrolled", "unrolled,", "parallel", "pe"} <= set(shapes)
    bits = {layer.kernel.w.width for n in range(100) for layer in drawn(n).network.layers if hasattr(layer.kernel, "w")}
    assert set(range(2, 9)) <= bits


@pytest.mark.parametrize("number", range(KINDS))
def test_foldings_name_the_layers_that_fold(number):
    design = drawn(number)
    assert set(design.folding) == {layer.name for layer in design.network.layers if foldable(layer)}


def test_a_network_that_says_the_same_to_all_is_dead():
    assert drawn(5).dead  # its thresholds lie beyond what its layers reach
    assert not drawn(2).dead


def test_clocks_are_what_a_family_bears():
    design = drawn(2)
    clocks = [design.clock_mhz(_family.load(family)) for family in ("ice40", "gw1n", "ecp5", "gw2a")]
    assert clocks == sorted(clocks)


def test_other_predictors_count_what_they_say():
    design = drawn(2)  # one convolution of 4 taps in logic, 15 positions, 2 filters
    assert others(design.network, design.folding)["macs"] == 4 * 2 * 15


def test_every_student_is_there_in_several_foldings():
    found = [drawn(number) for number in trained(2)]
    networks = {one.network.name for one in found}
    assert len(found) == 2 * len(networks) == 2 * len(students.FOLDERS) and {one.architecture for one in found} == {
        "trained"
    }
    foldings = {(one.network.name, str(one.folding)) for one in found}
    assert len(foldings) > len(networks) and not any(one.dead for one in found)


def test_a_student_is_what_was_trained():
    """Its folder has the recipe that it was made by: layers and widths are the recipe's."""
    for i, folder in students.FOLDERS.items():
        wanted = recipe.load(folder / "recipe.yaml")
        network = students.network(i)
        assert network.in_features == 64 and network.input.width == wanted.student.input_bits
        assert network.layers[-1].kernel.out_features == 10


def test_a_student_becomes_a_design():
    design = drawn(trained(1)[1]).design(_family.load("ecp5"))
    assert design.cost.luts > 100


def test_windows_know_what_is_read_of_them_behind_a_join():
    parts = drawn(12).design(_family.load("ecp5")).parts
    window, join = next((a, b) for a, b in zip(parts, parts[1:], strict=False) if b.module == "ef_join")
    assert window.module == "ef_window" and len(window.reads) == 27  # nine taps of three lanes
    assert sum(bits > 0 for bits in window.reads) == 6 and join.reads == ()


@pytest.mark.parametrize("number", [0, 2, 3, 5])  # dense, unrolled: what they cost hangs on their weights
def test_an_untrained_recipe_is_told_about_as_its_trained_student(number):
    wanted = recipe.load(students.FOLDERS[number] / "recipe.yaml")
    untrained, board = drawn_network(wanted, (8, 8, 1), 10), _board.load("ulx3s")
    luts = [
        estimate(generate(network, "unrolled", 100.0, _family.of(board).delays), board).luts
        for network in (untrained, students.network(number))
    ]
    assert luts[0] == pytest.approx(luts[1], rel=0.1)


def test_an_unknown_student_is_refused():
    with pytest.raises(InputError, match="no trained student 77"):
        students.network(77)


def test_what_windows_leave_out_behind_a_join_is_taken_off_once():
    """926 was said of design 12's 1,096 flip-flops: its pipeline leaves 168 bits unused that its windows never keep."""
    board = _board.load("ulx3s_25f")
    counted = features(drawn(12).design(_family.of(board)), board)["ffs"]
    (found,) = (row.found["ffs"] for row in corpus.load() if row.key == (12, board.name))
    assert counted == pytest.approx(found, rel=0.02)


def test_the_first_of_three_foldings_of_every_student_is_routed():
    routed = [number for number in trained(3) if drawn(number).routed(luts=900)]
    assert routed == trained(1)
