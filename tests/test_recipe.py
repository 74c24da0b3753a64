"""Recipes: every mistake at once, at its place, and nothing but RecipeError from any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow import recipe
from edgeflow.errors import RecipeError

GOOD = """\
name: digits
dataset: digits
teacher: {hidden: [128, 64], members: 3}
baseline: {hidden: [128, 64]}
student:
  hidden:
  - {units: 32, weight_bits: 2}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    """What is wrong with ``text``, without the file's folder."""
    file = tmp_path / "recipe.yaml"
    file.write_text(text)
    with pytest.raises(RecipeError) as error:
        recipe.load(file)
    assert error.value.exit_code == 2
    return [line.removeprefix(f"{tmp_path}/") for line in error.value.problems]


def test_a_short_recipe_is_whole(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(GOOD)
    loaded = recipe.load(tmp_path / "r.yaml")
    assert loaded.teacher.members == 3
    assert [placed.name for placed in loaded.student.layout((8, 8, 1), 10)] == ["dense_0", "dense_1"]
    assert loaded.distill is None


def test_every_shipped_recipe_loads() -> None:
    files = sorted((Path(__file__).parents[1] / "models").glob("*/recipe.yaml"))
    assert files
    for file in files:
        assert recipe.load(file).name == file.parent.name


def test_hardware_does_not_change_the_training_slice(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD.replace("name: digits", "name: other") + "hardware: {clock_mhz: 50}\n")
    (tmp_path / "c.yaml").write_text(GOOD + "seed: 2\n")
    a, b, c = (recipe.load(tmp_path / f"{name}.yaml").training_slice for name in "abc")
    assert a == b != c


def test_all_mistakes_are_listed_with_their_places(tmp_path: Path) -> None:
    text = """\
name: Digits
dataset: digts
sede: 3
teacher: {hidden: [0, a], members: 3.5}
baseline: [1]
student:
  hidden:
  - {units: 32, wight_bits: 4, weight_bits: 0}
  - {units: "3", activation_bits: 40}
  hidden: 3
hardware:
  bord: x
  clock_mhz: fast
  folding: {dense_0: {pe: 0, smd: 3}, dense_1: fold, a: [1]}
"""
    assert problems(tmp_path, text) == [
        "recipe.yaml:1:1: name: 'Digits' must be 1 to 40 characters of a-z, 0-9 and _, a letter first",
        'recipe.yaml:2:1: dataset: no datasets entry "digts"; did you mean "digits"?',
        'recipe.yaml:3:1: sede: unknown key; did you mean "seed"?',
        "recipe.yaml:4:20: teacher.hidden.0: 0 should be greater than or equal to 1",
        "recipe.yaml:4:23: teacher.hidden.1: 'a' should be a valid integer",
        "recipe.yaml:4:27: teacher.members: 3.5 should be a valid integer",
        "recipe.yaml:5:1: baseline: a list should be a section of keys",
        "recipe.yaml:7:3: student.hidden: written a second time at 10:3; keep one",
        'recipe.yaml:8:17: student.hidden.0.wight_bits: unknown key; did you mean "weight_bits"?',
        "recipe.yaml:8:32: student.hidden.0.weight_bits: 0 should be greater than or equal to 2",
        "recipe.yaml:9:6: student.hidden.1.units: '3' should be a valid integer",
        "recipe.yaml:9:18: student.hidden.1.activation_bits: 40 should be less than or equal to 16",
        'recipe.yaml:12:3: hardware.bord: unknown key; did you mean "board"?',
        "recipe.yaml:13:3: hardware.clock_mhz: 'fast' should be a valid number",
        "recipe.yaml:14:13: hardware.folding.dense_0.simd: missing; it has no default",
        "recipe.yaml:14:23: hardware.folding.dense_0.pe: 0 should be greater than or equal to 1",
        'recipe.yaml:14:30: hardware.folding.dense_0.smd: unknown key; did you mean "simd"?',
        "recipe.yaml:14:39: hardware.folding.dense_1: 'fold' should be 'unrolled', 'folded' or 'parallel'",
        "recipe.yaml:14:54: hardware.folding.a: a list should be 'unrolled', 'folded' or 'parallel'",
    ]


def test_rules_between_sections(tmp_path: Path) -> None:
    text = GOOD + "hardware:\n  folding: {dense_0: {pe: 5, simd: 3}, dense_9: folded, dense_1: {pe: 2, simd: 16}}\n"
    assert problems(tmp_path, text) == [
        "recipe.yaml:9:23: hardware.folding.dense_0.pe: 5 does not divide 32 outputs; legal: 1, 2, 4, 8, 16, 32",
        "recipe.yaml:9:30: hardware.folding.dense_0.simd: 3 does not divide 64 inputs; legal: 1, 2, 4, 8, 16, 32, 64",
        'recipe.yaml:9:40: hardware.folding.dense_9: no such layer; did you mean "dense_1"?',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not YAML"),
        ("a:\n\t- b", "2:1: not YAML"),
        ("a: 1\n---\nb: 2", "not YAML"),
        ("", "nothing should be a section"),
        ("- 1", "a list should be a section"),
        ("[" * 5000, "nested too deep"),
        ("a: &x [1]\nb: *x", "aliases are not read"),
        ("name: !!python/object:os.system x", "the tag tag:yaml.org,2002:python/object:os.system is not read"),
        ("? [a]\n: 1", "the key at 1:3 is not text"),
        ("<<: {name: x}", "is not text"),
        ("seed: " + "9" * 5000, "not a number that can be read"),
        ('"na\\eme": 1', "na?me: unknown key"),
        ("#" * 70_000, "larger than 65536 bytes"),
    ],
)
def test_hostile_yaml(tmp_path: Path, text: str, said: str) -> None:
    assert said in "\n".join(problems(tmp_path, text))


def test_a_missing_file_and_a_binary_one(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name, said in (("none", "No such file"), ("binary", "not UTF-8"), (".", "Is a directory")):
        with pytest.raises(RecipeError, match=said):
            recipe.load(tmp_path / name)


words = st.sampled_from(
    ["name", "digits", "student", "hidden", "hardware", "folding", "dense_0", "pe", "units", ": ", "\n", "  ", "- ",
     "[", "]", "{", "}", ", ", "1", "-3", "1e99", ".inf", "0x10", "null", "true", "&a", "*a", "<<", "!t",
     "|", '"', "#", "~"]
)  # fmt: skip


@given(st.lists(words, max_size=40).map("".join) | st.text(max_size=200))
def test_no_text_gives_anything_but_a_recipe_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "garbage.yaml"
    file.write_text(text, errors="replace")
    with pytest.raises(RecipeError):
        recipe.load(file)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["teacher", "student", "compression", "training", "hardware", "seed", "name"]), plain)
def test_any_value_of_a_section_is_judged(tmp_path_factory: pytest.TempPathFactory, key: str, value: object) -> None:
    """JSON is YAML: put arbitrary values where sections belong."""
    import json

    document = {"name": "n", "dataset": "digits", "teacher": {"hidden": [1]}, "baseline": {"hidden": [1]},
                "student": {"hidden": [{"units": 2}]}, key: value}  # fmt: skip
    file = tmp_path_factory.getbasetemp() / "value.yaml"
    file.write_text(json.dumps(document))
    try:
        recipe.load(file)
    except RecipeError as error:
        assert error.problems
