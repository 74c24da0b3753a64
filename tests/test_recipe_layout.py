"""Layers at their places: names, shapes and widths, as every later stage takes them."""

import pytest

from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_layout import MisfitError, Placed, foldable, weighted, widths

HIDDEN = [
    {"filters": 8, "kernel": 3, "stride": 2, "padding": "same"},
    {"residual": [{"depthwise": 3, "padding": "same", "activation_bits": 6}, {"filters": 8, "kernel": 1}]},
    {"pool": "max", "size": 2},
    {"filters": 5, "kernel": 2, "weight_bits": 3, "activation_bits": 7},
    {"pool": "average", "size": 2},
    {"units": 12, "bias_bits": 9},
]


def student() -> tuple[Student, tuple[Placed, ...]]:
    spec = Student.model_validate({"input_bits": 8, "hidden": HIDDEN})
    return spec, spec.layout((13, 13, 1), 10)


def test_names_count_each_kind() -> None:
    _, layout = student()
    assert [one.name for one in layout] == ["conv_0", "add_0", "pool_0", "conv_2", "pool_1", "dense_0", "dense_1"]
    assert [one.name for one in layout[1].branch] == ["depthwise_0", "conv_1"]
    assert [one.name for one in foldable(layout)][1:3] == ["depthwise_0", "conv_1"]
    assert "pool_0" not in [one.name for one in weighted(layout)]


def test_a_relu_stands_behind_all_but_pools_the_branch_and_the_output() -> None:
    _, layout = student()
    assert [one.activation for one in layout] == ["relu_0", "relu_2", None, "relu_3", None, "relu_4", None]
    assert [one.activation for one in layout[1].branch] == ["relu_1", None]


def test_norms_and_activations_are_named_by_their_kinds() -> None:
    hidden = [{"filters": 2, "kernel": 3, "batch_norm": True, "activation": "hard_tanh"},
              {"units": 3, "activation": "bipolar"}, {"units": 3, "batch_norm": True}]  # fmt: skip
    layout = Student.model_validate({"framework": "brevitas", "hidden": hidden}).layout((8, 8, 1), 10)
    assert [(one.norm, one.activation) for one in layout] == [
        ("norm_0", "hard_tanh_0"),
        (None, "bipolar_0"),
        ("norm_1", "relu_0"),
        (None, None),
    ]


def test_shapes() -> None:
    """An odd row and column are left out by a pool; a dense layer flattens."""
    _, layout = student()
    assert [one.y for one in layout] == [(7, 7, 8), (7, 7, 8), (3, 3, 8), (2, 2, 5), (1, 1, 5), (12,), (10,)]
    assert [one.x for one in layout[-2:]] == [(5,), (12,)]
    assert {one.name: one.kernel for one in weighted(layout)} == {
        "conv_0": (3, 3, 1, 8),
        "depthwise_0": (3, 3, 8, 1),
        "conv_1": (1, 1, 8, 8),
        "conv_2": (2, 2, 8, 5),
        "dense_0": (5, 12),
        "dense_1": (12, 10),
    }


def test_macs_count_every_position() -> None:
    _, layout = student()
    macs = {one.name: one.macs for one in weighted(layout)}
    assert macs["conv_0"] == 49 * 9 * 8 and macs["depthwise_0"] == 49 * 9 * 8 and macs["conv_1"] == 49 * 64
    assert macs["dense_1"] == 120


def test_widths_follow_the_activations() -> None:
    spec, layout = student()
    found = {name: tuple(w) for name, w in widths(layout, spec.input_bits).items()}
    assert found == {
        "conv_0": (4, 6, 8),
        "depthwise_0": (4, 6, 4),
        "conv_1": (4, 6, 6),
        "conv_2": (3, 6, 4),
        "dense_0": (4, 9, 7 + 2),  # the average of four
        "dense_1": (4, 6, 4),
    }


def test_windows_of_a_series_lie_along_time() -> None:
    hidden = [{"filters": 4, "kernel": 5, "stride": 2, "padding": "same"}, {"pool": "average", "size": 4},
              {"residual": [{"depthwise": 3, "padding": "same"}]}, {"global_pool": "max"}]  # fmt: skip
    spec = Student.model_validate({"framework": "brevitas", "input_bits": 8, "hidden": hidden})
    layout = spec.layout((61, 2), 3)
    assert [one.y for one in layout] == [(31, 4), (7, 4), (7, 4), (4,), (3,)]
    kernels = {one.name: (one.kernel, one.macs) for one in weighted(layout)}
    assert kernels == {"conv_0": ((5, 2, 4), 31 * 40), "depthwise_0": ((3, 4, 1), 7 * 12), "dense_0": ((4, 3), 12)}
    assert widths(layout, 8)["depthwise_0"].x == 4 + 2, "the average of four moments"
    with pytest.raises(MisfitError, match=r"hidden\.0\.kernel: a window of 9 values does not fit a series of 8 values"):
        FloatNetwork.model_validate({"hidden": [{"filters": 2, "kernel": 9}]}).layout((8, 1), 2)


def test_flat_data_take_dense_layers_only() -> None:
    with pytest.raises(MisfitError, match=r"hidden\.0: needs an image, not 13 values"):
        FloatNetwork.model_validate({"hidden": [{"filters": 2, "kernel": 1}]}).layout((13,), 2)
    layout = FloatNetwork.model_validate({"hidden": [13, {"residual": [{"units": 13}]}]}).layout((13,), 2)
    assert [one.y for one in layout] == [(13,), (13,), (2,)]
