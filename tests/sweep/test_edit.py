"""A point's recipe reads like the one its author wrote."""

import pytest
from sweeps import DIGITS

from edgeflow import recipe
from edgeflow.errors import InputError
from edgeflow.sweep._edit import edited

BASE = DIGITS.read_text()


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("student.hidden.0.weight_bits", 3, lambda r: r.student.hidden[0].weight_bits),
        ("teacher.hidden.1", 32, lambda r: r.teacher.hidden[1].units),
        ("compression.0.distill.temperature", 2.5, lambda r: r.compression[0].section.temperature),
        ("hardware.clock_mhz", 50, lambda r: r.hardware.clock_mhz),
        ("student.per_channel", False, lambda r: r.student.per_channel),
        ("baseline.training.batch_size", 32, lambda r: r.baseline.training.batch_size),
        ("hardware.folding", {"dense_0": {"pe": 2, "simd": 4}}, lambda r: r.model_dump()["hardware"]["folding"]),
    ],
)
def test_any_key_can_change(tmp_path, key, value, found):
    path = tmp_path / "recipe.yaml"
    path.write_text(edited(BASE, {key: value}))
    assert found(recipe.load(path)) == value


def test_a_section_left_to_its_defaults_is_made(tmp_path):
    short = "".join(line for line in BASE.splitlines(keepends=True) if not line.startswith("training:"))
    (tmp_path / "recipe.yaml").write_text(edited(short, {"training.epochs": 7}))
    assert recipe.load(tmp_path / "recipe.yaml").training.epochs == 7


def test_the_rest_stays_as_it_was_written():
    changed = edited(BASE, {"hardware.clock_mhz": 50}).splitlines()
    differ = [(a, b) for a, b in zip(BASE.splitlines(), changed, strict=True) if a != b]
    assert differ == [("  clock_mhz: 100", "  clock_mhz: 50")]


@pytest.mark.parametrize("key", ["student.hidden.1.weight_bits", "name.x", "student.hidden.first", "nobody.0.x"])
def test_a_key_that_leads_nowhere(key):
    with pytest.raises(InputError, match=key):
        edited(BASE, {key: 1})
