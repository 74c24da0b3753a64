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
    assert loaded.compression == []


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
        "recipe.yaml:8:32: student.hidden.0.weight_bits: 0 should be greater than or equal to 1",
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


def test_mistakes_in_layers(tmp_path: Path) -> None:
    """A misspelt layer is judged as the one it nearly is, inside residual blocks too."""
    text = """\
name: t
dataset: digits
teacher: {hidden: [{pool: avg, size: 2}, {sise: 3}]}
baseline: {hidden: [{units: 4, weight_bits: 3}, [3]]}
student:
  hidden:
  - {filtres: 8, kernel: 3}
  - {filters: 4, kernel: 3, padding: smae, strid: 2}
  - {residual: [{depthwise: 3}, {pool: max, size: 2}, {filters: 4, kernel: 1, krnel: 3}], activation_bit: 4}
  - {global_pool: max, size: 3}
  - 34
hardware:
  folding: {conv_0: {pixels: 2, simd: 3}}
"""
    kinds = "units, filters, depthwise, pool, global_pool, residual"
    assert problems(tmp_path, text) == [
        "recipe.yaml:3:21: teacher.hidden.0.pool: 'avg' should be 'max' or 'average'",
        f"recipe.yaml:3:42: teacher.hidden.1: a layer is told by one of its keys: {kinds}",
        "recipe.yaml:4:32: baseline.hidden.0.weight_bits: unknown key; known: units",
        "recipe.yaml:4:49: baseline.hidden.1: a list should be a valid integer",
        "recipe.yaml:7:5: student.hidden.0.filters: missing; it has no default",
        'recipe.yaml:7:6: student.hidden.0.filtres: unknown key; did you mean "filters"?',
        "recipe.yaml:8:29: student.hidden.1.padding: 'smae' should be 'valid' or 'same'",
        'recipe.yaml:8:44: student.hidden.1.strid: unknown key; did you mean "stride"?',
        "recipe.yaml:9:33: student.hidden.2.residual.1: a layer of a residual block is told by one of its keys: "
        "units, filters, depthwise",
        'recipe.yaml:9:79: student.hidden.2.residual.2.krnel: unknown key; did you mean "kernel"?',
        'recipe.yaml:9:91: student.hidden.2.activation_bit: unknown key; did you mean "activation_bits"?',
        "recipe.yaml:10:24: student.hidden.3.size: unknown key; known: global_pool",
        f"recipe.yaml:11:5: student.hidden.4: a layer is told by one of its keys: {kinds}",
        "recipe.yaml:13:33: hardware.folding.conv_0.simd: unknown key; known: pixels",
    ]


IMAGES = """\
name: t
dataset: digits
teacher: {hidden: [20]}
baseline: {hidden: [20]}
student:
  hidden:
"""


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (["{filters: 4, kernel: 9}"], "0.kernel: a window of 9 x 9 does not fit an image of 8 x 8"),
        (["{pool: max, size: 9}"], "0.size: a window of 9 x 9 does not fit an image of 8 x 8"),
        (["{units: 4}", "{depthwise: 3}"], "1: needs an image, not 4 values; dense layers come last"),
        (["{global_pool: max}", "{pool: max, size: 2}"], "1: needs an image, not 1 values; dense layers come last"),
        (
            ["{filters: 4, kernel: 3}", "{residual: [{filters: 3, kernel: 1}]}"],
            "1: the branch makes 6 x 6 x 3 of 6 x 6 x 4; a sum needs equal shapes",
        ),
        (
            ["{residual: [{depthwise: 3, padding: same}, {filters: 1, kernel: 9}]}"],
            "0.residual.1.kernel: a window of 9 x 9 does not fit an image of 8 x 8",
        ),
        (["{pool: average, size: 3}"], "0: an average of 9 pixels is not exact in hardware; use 4, 16, 64, ... or max"),
        (["{depthwise: 3}", "{global_pool: average}"], "1: an average of 36 pixels is not exact in hardware"),
    ],
)
def test_layers_that_do_not_fit_together(tmp_path: Path, layers: list[str], said: str) -> None:
    (found,) = problems(tmp_path, IMAGES + "".join(f"  - {layer}\n" for layer in layers))
    assert f"student.hidden.{said}" in found


def test_an_average_of_any_size_is_fine_in_a_float_network(tmp_path: Path) -> None:
    text = IMAGES.replace("teacher: {hidden: [20]}", "teacher: {hidden: [{pool: average, size: 3}]}") + "  - {units: 4}"
    (tmp_path / "r.yaml").write_text(text)
    recipe.load(tmp_path / "r.yaml")


def test_folding_of_every_kind_of_layer(tmp_path: Path) -> None:
    layers = """\
  - {filters: 4, kernel: 3, padding: same}
  - {residual: [{depthwise: 3, padding: same}, {filters: 4, kernel: 3, padding: same}]}
  - {pool: average, size: 2}
hardware:
  folding:
    conv_0: {pixels: 3}
    depthwise_0: {pe: 3, simd: 2}
    conv_1: {pe: 5, simd: 6}
    add_0: folded
    pool_0: {pe: 8, simd: 3}
    dense_0: {pe: 3, simd: 3}
"""
    assert [line.split("hardware.folding.")[1] for line in problems(tmp_path, IMAGES + layers)] == [
        "conv_0.pixels: 3 does not divide 8 output columns; legal: 1, 2, 4, 8",
        "depthwise_0.pe: 3 does not divide 4 channels; legal: 1, 2, 4",
        "depthwise_0.simd: 2 does not divide 9 pixels of a window; legal: 1, 3, 9",
        "conv_1.pe: 5 does not divide 4 outputs; legal: 1, 2, 4",
        "conv_1.simd: 6 does not divide a window of 3 x 3 x 4 inputs; legal: 1, 2, 4, 12, 36",
        "add_0: no such layer; known: conv_0, conv_1, dense_0, depthwise_0, pool_0",
        "pool_0.pe: 8 does not divide 4 channels; legal: 1, 2, 4",
        "pool_0.simd: 3 does not divide 4 pixels of a window; legal: 1, 2, 4",
        "dense_0.pe: 3 does not divide 10 outputs; legal: 1, 2, 5, 10",
        "dense_0.simd: 3 does not divide 64 inputs; legal: 1, 2, 4, 8, 16, 32, 64",
    ]
    legal = """\
  - {filters: 4, kernel: 3, padding: same}
  - {pool: max, size: 2}
hardware: {folding: {conv_0: {pe: 2, simd: 9}, pool_0: parallel, dense_0: {pe: 5, simd: 16}}}
"""
    (tmp_path / "legal.yaml").write_text(IMAGES + legal)
    assert recipe.load(tmp_path / "legal.yaml")


BREVITAS_ONLY = """\
name: t
dataset: digits
teacher: {hidden: [20]}
baseline: {hidden: [20]}
student:
  framework: brevitas
  scale: float
  per_channel: true
  hidden:
  - {filters: 4, kernel: 3, padding: same, batch_norm: true, activation: hard_tanh}
  - residual:
    - {depthwise: 3, padding: same, weight_bits: 1, activation: bipolar}
    - {filters: 4, kernel: 1, batch_norm: true}
    activation: hard_tanh
"""


def test_what_a_framework_lacks_is_refused_where_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(BREVITAS_ONLY)
    assert recipe.load(tmp_path / "r.yaml").student.per_channel
    said = "; use framework: brevitas"
    assert problems(tmp_path, BREVITAS_ONLY.replace("framework: brevitas", "framework: qkeras")) == [
        f"recipe.yaml:7:3: student.scale: qkeras has no scale: float{said}",
        f"recipe.yaml:8:3: student.per_channel: qkeras has no per_channel: true{said}",
        f"recipe.yaml:10:44: student.hidden.0.batch_norm: qkeras has no batch_norm: true{said}",
        f"recipe.yaml:10:62: student.hidden.0.activation: qkeras has no activation: hard_tanh{said}",
        f"recipe.yaml:12:37: student.hidden.1.residual.0.weight_bits: qkeras has no weight_bits: 1{said}",
        f"recipe.yaml:12:53: student.hidden.1.residual.0.activation: qkeras has no activation: bipolar{said}",
        f"recipe.yaml:13:31: student.hidden.1.residual.1.batch_norm: qkeras has no batch_norm: true{said}",
        f"recipe.yaml:14:5: student.hidden.1.activation: qkeras has no activation: hard_tanh{said}",
    ]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("activation: bipolar, activation_bits: 2", "activation_bits = 2, but bipolar is one bit; leave it out"),
        (
            "activation: hard_tanh, activation_bits: 2, activation_integer_bits: 2",
            "activation_integer_bits = 2 leaves no sign of activation_bits = 2",
        ),
        ("activation: relu, activation_bits: 1", "activation_integer_bits = 2 exceeds activation_bits = 1"),
        ("activation: tanh", "'tanh' should be 'relu', 'hard_tanh' or 'bipolar'"),
        ("batchnorm: true", 'unknown key; did you mean "batch_norm"?'),
    ],
)
def test_activations_that_cannot_be(tmp_path: Path, layer: str, said: str) -> None:
    (found,) = problems(tmp_path, IMAGES + f"  - {{units: 4, {layer}}}\n")
    assert found.endswith(said)


def test_a_bipolar_activation_is_one_bit_of_plus_and_minus_one(tmp_path: Path) -> None:
    text = IMAGES.replace("student:", "student:\n  framework: brevitas") + "  - {units: 4, activation: bipolar}\n"
    (tmp_path / "r.yaml").write_text(text)
    student = recipe.load(tmp_path / "r.yaml").student
    (layer,) = student.hidden
    assert (layer.activation_bits, layer.activation_integer_bits) == (1, 0)
    assert type(student).model_validate(student.model_dump()) == student, "a stored recipe is read back"


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
    missing = "No such file.*wanted is the YAML file of a recipe"
    for name, said in (("none", missing), ("binary", "not UTF-8"), (".", "Is a directory")):
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


@pytest.mark.parametrize("text", [r'["\ud800\udc00"]', r'[{"\ud800\udc00": null}]', r'["\ud800"]', r'{"\udc00": 1}'])
def test_escaped_halves_of_characters_are_judged(tmp_path: Path, text: str) -> None:
    file = tmp_path / "halves.yaml"
    file.write_text(f"name: n\ndataset: digits\ncompression: {text}\n")
    with pytest.raises(RecipeError):
        recipe.load(file)


SERIES = """\
name: beats
dataset: mitbih
teacher: {hidden: [8]}
baseline: {hidden: [8]}
student:
  framework: brevitas
  hidden:
  - {filters: 4, kernel: 5, stride: 2}
  - residual:
    - {depthwise: 3, padding: same}
  - {pool: max, size: 8}
compression:
- distill: {temperature: 2}
hardware:
  folding:
    conv_0: {pe: 2, simd: 5}
    pool_0: {pe: 1, simd: 8}
"""


def test_windows_and_folds_of_a_series(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(SERIES)
    layout = recipe.load(tmp_path / "r.yaml").student.layout((128, 1), 4)
    assert [one.y for one in layout] == [(62, 4), (62, 4), (7, 4), (4,)]
    wrong = (
        SERIES.replace("brevitas", "qkeras")
        .replace("simd: 5", "simd: 3")
        .replace("temperature: 2", "shift_pixels: 0.5")
    )
    assert problems(tmp_path, wrong) == [
        "recipe.yaml:10:8: student.hidden.1.residual.0.depthwise: qkeras has none of a series; use framework: brevitas",
        "recipe.yaml:13:13: compression.0.distill.shift_pixels: the data set has no pixels to shift; leave it out",
        "recipe.yaml:16:21: hardware.folding.conv_0.simd: 3 does not divide a window of 5 x 1 inputs; legal: 1, 5",
    ]
