"""Other widths: every layer gets what was asked for, in stages, or the best that a budget pays."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edgeflow.errors import InputError
from edgeflow.recipe import Student
from edgeflow.training import _charges, _learned
from edgeflow.training._allocate import Option, best_plan
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._widths import widths_of, with_widths
from edgeflow.training.steps import quantize

pytestmark = pytest.mark.train
MakeLab = Callable[[str], Lab[Any]]

WIDE = {"hidden": [{"units": 12, "weight_bits": 6, "activation_bits": 6}], "output": {"weight_bits": 6}}
SHORT = {"epochs": 3, "batch_size": 16, "learning_rate": 0.01}


def start(lab: Lab[Any]) -> Candidate:
    spec = Student.model_validate(WIDE | {"framework": lab.framework.name})
    return lab.trained(lab.fresh(spec), "wide student")


def quantized(lab: Lab[Any], candidate: Candidate, **wanted: Any) -> tuple[Candidate, dict[str, Any]]:
    return quantize.run(lab, candidate, quantize.Section.model_validate({"training": SHORT} | wanted))


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_all_layers_get_the_width_and_lie_on_its_grid(framework: str, small_lab: MakeLab) -> None:
    lab = small_lab(framework)
    made, _ = quantized(lab, start(lab), weight_bits=2, activation_bits=3)
    assert widths_of(lab.layout(made.spec)) == {
        "dense_0": {"weight_bits": 2, "bias_bits": 6, "activation_bits": 3},
        "dense_1": {"weight_bits": 2, "bias_bits": 6},
    }
    for kernel in lab.framework.kernels(lab.model(made)).values():
        assert set(np.unique(kernel)) <= {-1, -0.5, 0, 0.5}
    assert lab.validation(made) > 0.4


def test_widths_go_down_in_stages_each_from_the_one_before(small_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, starts, ends = small_lab("brevitas"), list[Candidate](), list[Candidate]()
    honest = Lab.trained

    def spy(self: Lab[Any], candidate: Candidate, *args: Any, **named: Any) -> Candidate:
        starts.append(candidate)
        ends.append(honest(self, candidate, *args, **named))
        return ends[-1]

    first = start(lab)
    monkeypatch.setattr(Lab, "trained", spy)
    made, found = quantized(lab, first, weight_bits=2, stages=2)
    assert [stage["widths"]["dense_0"]["weight_bits"] for stage in found["stages"]] == [4, 2]
    assert starts[0].latent is first.latent and starts[1].latent is ends[0].latent and made is ends[1]
    assert found["stages"][-1]["validation"] == lab.validation(made)


@pytest.mark.parametrize("charge", _charges.CHARGES)
def test_a_searched_student_keeps_its_budget(charge: str, small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    first = start(lab)
    spent = sum(quantize._charge(lab, first, charge).values())
    made, found = quantized(lab, first, search={"budget": int(0.7 * spent), "charge": charge})
    planned = [next(o for o in found["options"][name] if o["width"] == w) for name, w in found["widths"].items()]
    assert sum(option["cost"] for option in planned) <= 0.7 * spent
    assert {name: bits["weight_bits"] for name, bits in widths_of(lab.layout(made.spec)).items()} == found["widths"]
    assert min(found["widths"].values()) < 6
    losses = [option["loss"] for option in found["options"]["dense_0"]]
    assert losses[0] > losses[-1], "two bits hurt more than six"


def test_a_budget_that_nothing_fits_is_said(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    least = 2 * (64 * 12 + 12 * 10) + 6 * 22
    with pytest.raises(InputError, match=f"a budget of {least - 1} weight_bits; the least is {least}"):
        quantized(lab, start(lab), search={"budget": least - 1})


LEARNING = {"epochs": 8, "batch_size": 16, "learning_rate": 0.03}
KERNELS = {"dense_0": 64 * 12, "dense_1": 12 * 10}  # of WIDE, which is 5,460 bits
BIASES = 6 * 22


def test_learned_widths_are_whole_and_keep_their_budget(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    first, budget = start(lab), 3600
    made, found = quantized(lab, first, learned={"budget": budget, "training": LEARNING})
    assert max(found["learned"].values()) < 5.5, "pressed down from six"
    assert len({*found["learned"].values()}) == 2 and not any(w.is_integer() for w in found["learned"].values())
    assert {name: bits["weight_bits"] for name, bits in widths_of(lab.layout(made.spec)).items()} == found["widths"]
    assert lab.weight_bits(made.spec) <= budget
    assert Student.model_validate(made.spec.model_dump()) == made.spec, "an ordinary student"
    assert set(made.latent) == set(first.latent), "no width is left in it"
    for name, kernel in lab.framework.kernels(lab.model(made)).items():
        steps = kernel * 2 ** (found["widths"][name] - 1)
        assert (steps == np.round(steps)).all()
    assert lab.validation(made) > 0.7


def test_widths_move_by_what_they_do_to_the_loss_where_the_budget_does_not_press(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    _, found = quantized(lab, start(lab), learned={"budget": 100_000, "training": LEARNING})
    assert all(width != 6 for width in found["learned"].values())
    assert found["weight_bits_rounded"] == BIASES + sum(KERNELS[name] * w for name, w in found["widths"].items())


def test_what_pressure_leaves_above_the_budget_is_taken_away(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    budget = 2 * sum(KERNELS.values()) + BIASES
    made, found = quantized(lab, start(lab), learned={"budget": budget, "price": 0.01, "training": SHORT})
    assert found["weight_bits_rounded"] > budget == lab.weight_bits(made.spec)
    with pytest.raises(InputError, match=f"a budget of {budget - 1} weight_bits; the least is {budget}"):
        quantized(lab, start(lab), learned={"budget": budget - 1})


def test_one_bit_layers_have_no_width_to_move(small_lab: MakeLab) -> None:
    lab = small_lab("brevitas")
    spec = Student.model_validate({"framework": "brevitas", "hidden": [{"units": 12, "weight_bits": 1}]})
    made, found = quantized(lab, lab.fresh(spec), learned={"budget": 1300, "training": SHORT})
    assert set(found["widths"]) == {"dense_1"} and made.spec.hidden[0].weight_bits == 1


@pytest.mark.parametrize(
    ("learned", "room", "whole"),
    [
        ({"a": 3.4, "b": 4.6}, 1000, {"a": 3, "b": 5}),
        ({"a": 3.4, "b": 4.6}, 70, {"a": 3, "b": 4}),  # b was rounded up
        ({"a": 2.2, "b": 2.9}, 40, {"a": 2, "b": 2}),  # a has no bit to give
        ({"a": 40.0, "b": 1.0}, 1000, {"a": 16, "b": 2}),
    ],
)
def test_widths_are_rounded_within_the_room(learned: dict[str, float], room: int, whole: dict[str, int]) -> None:
    assert _learned.whole(learned, {"a": 10, "b": 10}, room) == whole


@pytest.mark.parametrize("seed", range(100))
def test_the_plan_is_the_best_of_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    layers = [
        [Option(width, int(random.integers(20)), float(random.integers(10))) for width in range(random.integers(1, 5))]
        for _ in range(random.integers(1, 5))
    ]
    options, budget = {f"layer_{i}": layer for i, layer in enumerate(layers)}, int(random.integers(50))
    fitting = [plan for plan in product(*layers) if sum(one.cost for one in plan) <= budget]
    found = best_plan(options, budget)
    assert (found is None) == (not fitting)
    if found:
        (plan,) = (plan for plan in fitting if [one.width for one in plan] == list(found.values()))
        assert sum(one.loss for one in plan) == min(sum(one.loss for one in other) for other in fitting)


@given(st.integers(-(2**15), 2**15))
def test_signed_digits_are_those_of_the_canonical_form(value: int) -> None:
    digits, rest = 0, abs(value)
    while rest:
        digit = 2 - rest % 4 if rest % 2 else 0
        digits, rest = digits + abs(digit), (rest - digit) // 2
    assert _charges.signed_digits(np.array([value]))[0] == digits


def test_charges_by_hand() -> None:
    spec = Student.model_validate({"input_bits": 3, "hidden": [{"units": 2, "weight_bits": 4}]})
    layout = spec.layout((3,), 2)
    kernels = {"dense_0": np.array([[7, 0], [-1, 0], [3, 4]]) / 8.0, "dense_1": np.zeros((2, 2))}
    # output 0: 8-1, -1, 4-1: five digits, four additions; output 1: a shift
    assert _charges.adder_bits(layout, spec, kernels) == {"dense_0": 4 * (4 + 3), "dense_1": 0}
    assert _charges.weight_bits(layout, spec, kernels) == {"dense_0": 6 * 4 + 2 * 6, "dense_1": 4 * 4 + 2 * 6}
    assert _charges.bit_operations(layout, spec, kernels) == {"dense_0": 6 * 4 * 3, "dense_1": 4 * 4 * 4}
    scaled = kernels["dense_0"] * np.array([0.3, 1.7])
    assert (np.abs(_charges.integers(scaled, 4)[:, 0]) == [7, 1, 3]).all()


def test_widths_of_branches_and_signs_are_changed_too() -> None:
    hidden = [{"units": 4, "activation": "hard_tanh", "activation_bits": 6, "activation_integer_bits": 2}]
    hidden += [{"residual": [{"units": 5}, {"units": 4}]}, {"units": 3, "activation": "bipolar"}]  # type: ignore[list-item]
    spec = Student.model_validate({"framework": "brevitas", "hidden": hidden})
    layout = spec.layout((8,), 10)
    wanted = {name: dict.fromkeys(bits, 2) for name, bits in widths_of(layout).items()}
    made = with_widths(spec, layout, wanted)
    assert Student.model_validate(made.model_dump()) == made, "still a legal student"
    found = widths_of(made.layout((8,), 10))
    assert found == wanted and "activation_bits" not in found["dense_3"] and found["add_0"] == {"activation_bits": 2}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "needs weight_bits"),
        ({"weight_bits": 2, "search": {"budget": 5}}, "search finds the weight_bits itself"),
        ({"stages": 2, "search": {"budget": 5}}, "has no stages"),
        ({"weight_bits": 2, "learned": {"budget": 5}}, "learned finds the weight_bits itself"),
        ({"search": {"budget": 5}, "learned": {"budget": 5}}, "leave one of them out"),
    ],
)
def test_what_does_not_go_together_is_said(wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        quantize.Section.model_validate(wanted)


def test_one_bit_is_refused_where_it_is_written() -> None:
    spec = Student.model_validate(WIDE)
    section = quantize.Section.model_validate({"search": {"budget": 5, "widths": [2, 1]}})
    assert [key for key, _ in quantize.problems(section, (8, 8, 1), spec)] == [("search", "widths", "1")]
    brevitas = Student.model_validate(WIDE | {"framework": "brevitas"})
    assert not list(quantize.problems(section, (8, 8, 1), brevitas))


def test_learned_widths_are_refused_where_they_are_written() -> None:
    section = quantize.Section.model_validate({"learned": {"budget": 5}})
    ((key, said),) = quantize.problems(section, (8, 8, 1), Student.model_validate(WIDE))
    assert key == ("learned",) and "qkeras has no widths that training moves; use framework: brevitas" in said
    brevitas = Student.model_validate(WIDE | {"framework": "brevitas"})
    assert not list(quantize.problems(section, (8, 8, 1), brevitas))
