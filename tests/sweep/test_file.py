"""SWEEP.yaml: every mistake at once, at its place, before anything runs."""

import re

import pytest
from sweeps import DIGITS

from edgeflow.errors import RecipeError
from edgeflow.sweep import file
from edgeflow.sweep.figures import Stage
from edgeflow.sweep.space import Range

GOOD = f"""\
name: toy
recipe: {DIGITS}
space:
  student.hidden.0.weight_bits: [2, 3, 4]
  student.hidden.0.units: {{low: 8, high: 64, step: 8}}
  compression.0.distill.temperature: {{low: 1.0, high: 8.0, log: true}}
  hardware.folding: [unrolled, folded]
  training.epochs: [5]
objectives: [accuracy, estimated.luts]
constraints: {{accuracy: {{at_least: 0.96}}}}
fits: ulx3s
sampler: tpe
trials: 64
limits: {{seconds: 600, memory_gib: 4}}
resources: {{cpu: 1, gpu: 0, memory_gib: 2}}
trackers: [tensorboard]
"""


@pytest.fixture
def problems(tmp_path):
    """What is said against a text, one line a mistake, without the file's name."""

    def read(text):
        path = tmp_path / "sweep.yaml"
        path.write_text(text)
        with pytest.raises(RecipeError) as caught:
            file.read(path)
        return [line.removeprefix(f"{path}:") for line in caught.value.problems]

    return read


def test_a_good_one(tmp_path):
    (tmp_path / "sweep.yaml").write_text(GOOD)
    plan = file.read(tmp_path / "sweep.yaml")
    assert plan.sweep.total == 64 and plan.sweep.stage is Stage.ESTIMATE
    assert plan.sweep.space["student.hidden.0.units"] == Range(low=8, high=64, step=8)
    assert plan.recipe == DIGITS.read_text()
    assert "edgeflow.training.qkeras" in plan.preload


def test_the_recipe_lies_beside_the_sweep(tmp_path):
    (tmp_path / "base.yaml").write_text(DIGITS.read_text())
    (tmp_path / "sweep.yaml").write_text(GOOD.replace(str(DIGITS), "base.yaml"))
    assert file.read(tmp_path / "sweep.yaml").recipe == DIGITS.read_text()


def test_every_mistake_at_once(problems):
    text = GOOD.replace("estimated.luts]", "lutz]").replace("sampler: tpe", "sampler: tpa").replace("seconds", "secs")
    assert problems(text) == [
        '9:24: objectives.1: figures: no "lutz"; known: ' + ", ".join(sorted(file_figures())),
        '12:1: sampler: sweep.samplers: no "tpa"; did you mean "tpe"?',
        '14:10: limits.secs: unknown key; did you mean "seconds"?',
    ]


def test_what_is_wrong_elsewhere_hides_no_key_of_the_space(problems, tmp_path):
    """Misspelt keys, a board, the size and the base recipe's own mistakes, beside each other."""
    (tmp_path / "base.yaml").write_text(DIGITS.read_text().replace("board: ulx3s", "board: ulx4s"))
    text = GOOD.replace(str(DIGITS), "base.yaml").replace("hidden.0.weight_bits", "hidden.0.weight_bitz")
    text = text.replace("training.epochs: [5]", "training.epocs: [5]").replace("low: 8, high", "low: 80, high")
    text = text.replace("trials: 64", "trails: 64").replace("ulx3s", "ulx4s").replace("estimated.luts]", "lut]")
    found = problems(text)
    board = 1 + DIGITS.read_text().splitlines().index("  board: ulx3s")
    assert [line.partition(": ")[0] for line in found] == [
        *("1:1", "4:3", "5:3", "8:3", "9:24", "11:1", "13:1"),
        f"{tmp_path / 'base.yaml'}:{board}:3",
    ]
    assert 'did you mean "weight_bits"' in found[1] and 'did you mean "epochs"' in found[3]
    assert found[0].startswith("1:1: trials: missing") and 'did you mean "trials"' in found[6]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "2:1: recipe: .*base.yaml: No such file"), ("a: [", ".*base.yaml:1:5: not YAML"), ("x: 1", ".*base.yaml:")],
)
def test_a_base_that_is_no_recipe_hides_nothing(problems, tmp_path, content, said):
    if content is not None:
        (tmp_path / "base.yaml").write_text(content)
    found = problems(GOOD.replace(str(DIGITS), "base.yaml").replace("sampler: tpe", "sampler: tpa"))
    assert any(re.match(said, line) for line in found) and any("sampler" in line for line in found)


def file_figures():
    from edgeflow.sweep.figures import FIGURES

    return FIGURES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("student.hidden.0.weight_bits", "student.hidden.0.weight_bitz", '4:3: .*did you mean "weight_bits"'),
        (
            "student.hidden.0.weight_bits",
            "student.hidden.7.weight_bits",
            "4:3: .*the list has 1 items, the last",
        ),
        ("student.hidden.0.weight_bits", "student.hidden.x.weight_bits", "4:3: .*a list; count from 0"),
        ("student.hidden.0.weight_bits", "name.0.weight_bits", "4:3: .*'digits', which has no '0' in it"),
        ("[2, 3, 4]", "[20, 30]", "4:3: .*less than or equal to 16"),
        ("[2, 3, 4]", "[]", "4:3: .*at least 1 item"),
        ("low: 8, high: 64", "low: 80, high: 64", "5:3: .*low = 80 is not below high = 64"),
        ("low: 1.0, high: 8.0", "low: 0, high: 8.0", "6:3: .*no logarithm"),
        ("log: true", "lag: true", '6:60: .*did you mean "log"'),
        ("at_least: 0.96", "at_lest: 0.96", '10:26: .*did you mean "at_least"'),
        ("{at_least: 0.96}", "{}", "10:15: .*give at_least or at_most"),
        ("fits: ulx3s", "fits: ulx4s", '11:1: fits: .*did you mean "ulx3s"'),
        ("trials: 64", "", "1:1: trials: missing; the sampler tpe has no end"),
        ("sampler: tpe", "sampler: grid", "6:3: .*a grid needs values or a step"),
        ("estimated.luts]", "luts]", '9:24: .*did you mean "estimated.luts" or "routed.luts"'),
        ("name: toy", "name: Toy", "1:1: name: "),
        ("trackers: [tensorboard]", "trackers: [tensorbored]", '16:12: .*did you mean "tensorboard"'),
    ],
)
def test_a_mistake_is_at_its_place(problems, old, new, said):
    assert re.match(said, problems(GOOD.replace(old, new))[0])


def test_a_value_that_does_not_go_alone_is_left_to_its_trial(tmp_path):
    """One bit is too little for the base's two integer bits, which another dimension may change."""
    text = GOOD.replace("training.epochs: [5]", "student.hidden.0.activation_bits: [1]")
    (tmp_path / "sweep.yaml").write_text(text)
    assert file.read(tmp_path / "sweep.yaml").sweep.total == 64


def test_a_broken_base_recipe_speaks_for_itself(tmp_path):
    (tmp_path / "base.yaml").write_text(DIGITS.read_text().replace("board: ulx3s", "board: ulx4s"))
    (tmp_path / "sweep.yaml").write_text(GOOD.replace(str(DIGITS), "base.yaml"))
    with pytest.raises(RecipeError, match=r"base.yaml:\d+:\d+: hardware.board"):
        file.read(tmp_path / "sweep.yaml")


@pytest.mark.parametrize("text", ["", "[]", "a: [", "x", "name: toy\n"])
def test_whatever_it_holds(problems, text):
    assert problems(text)


def test_a_grid_counts_itself(tmp_path):
    endless = "  compression.0.distill.temperature: {low: 1.0, high: 8.0, log: true}\n"
    text = GOOD.replace("sampler: tpe\ntrials: 64", "sampler: grid").replace(endless, "")
    (tmp_path / "sweep.yaml").write_text(text)
    assert file.read(tmp_path / "sweep.yaml").sweep.total == 3 * 8 * 2


@pytest.mark.parametrize("path", sorted(DIGITS.parents[1].glob("*/sweep*.yaml")), ids=lambda path: path.parent.name)
def test_the_shipped_ones(path):
    plan = file.read(path)
    assert plan.sweep.stage is Stage.ESTIMATE and plan.sweep.total == 64
