"""Digits: the known data, on the input grid, in disjoint splits that never change."""

import hashlib

import numpy as np
import pytest

from edgeflow import catalog
from edgeflow.datasets import _data
from edgeflow.errors import InputError

IN_THE_CACHE_ALONE = ("fsdd", "magic_gamma", "mitbih")  # see test_cached.py
NAMES = [name for name in catalog.names("datasets") if name not in IN_THE_CACHE_ALONE]


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_is_whole(name: str) -> None:
    module = catalog.load("datasets", name)
    data = module.load()
    assert data.source and data.licence and len(data.checksum) == 64
    assert module.identity() == data.checksum
    for split in ("train", "validation", "test"):
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        assert x.dtype == np.float32 and y.dtype == np.int64
        assert x.shape == (len(y), int(np.prod(module.SHAPE)))
        assert set(y) == set(range(module.CLASSES))
        assert x.min() >= 0 and x.max() < 1
        share = np.bincount(y) / len(y)
        assert np.abs(share - 1 / module.CLASSES).max() < 0.02, "each split has the class mix of the whole"


def test_digits_lie_on_the_four_bit_grid() -> None:
    data = catalog.load("datasets", "digits").load()
    for x in (data.x_train, data.x_validation, data.x_test):
        assert (x * 16 == np.round(x * 16)).all() and x.max() == 15 / 16


def test_the_split_is_disjoint_complete_and_pinned() -> None:
    module = catalog.load("datasets", "digits")
    data = module.load()
    labels = np.concatenate([data.y_train, data.y_validation, data.y_test])
    assert len(labels) == 1797
    parts = _data.stratified_split(labels, (0.65, 0.15), seed=0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(1797))
    tests = hashlib.sha256(data.x_test.tobytes() + data.y_test.tobytes()).hexdigest()
    assert tests == "e2646c1bdd4af16cfb8b6d14ff140898e58602c8f113f9717b5471cbca087df7", (
        "published test accuracies are for one split"
    )


def test_changed_raw_data_are_refused() -> None:
    with pytest.raises(InputError, match="install the scikit-learn"):
        _data.verify_checksum("digits", "ab", "install the scikit-learn", np.zeros((3, 4), np.uint8))


def test_the_shape_is_known_without_scikit_learn() -> None:
    import subprocess
    import sys

    code = "import sys, edgeflow.datasets.digits as d; print(d.SHAPE, 'sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(8, 8, 1) False"
