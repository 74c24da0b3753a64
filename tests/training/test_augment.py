"""Shifted copies: where pixels go, and that an epoch sees each sample once."""

import numpy as np

from edgeflow.training._augment import shifted

X = np.arange(18, dtype=np.float32).reshape(2, 9) / 32
Y = np.array([3, 5])


def test_no_shift_is_the_data_itself() -> None:
    assert shifted(X, Y, (3, 3), 0.0).x is X


def test_a_whole_pixel_moves_in_zeros() -> None:
    copies = shifted(X, Y, (3, 3), 1.0).x.reshape(9, 2, 3, 3)
    image = X[0].reshape(3, 3)
    assert (copies[0, 0] == image).all()
    moved = [copy for copy in copies[:, 0] if (copy[0] == 0).all() and (copy[1:] == image[:2]).all()]
    assert len(moved) == 1, "one copy is one row down"


def test_a_fraction_interpolates_and_stays_in_range() -> None:
    examples = shifted(X, Y, (3, 3), 0.25)
    assert examples.x.shape == (18, 9) and examples.x.dtype == np.float32
    assert (examples.y == np.tile(Y, 9)).all()
    assert examples.x.min() >= 0 and examples.x.max() <= X.max()


def test_an_epoch_sees_each_sample_once() -> None:
    x = np.zeros((100, 9), np.float32)
    examples = shifted(x, np.zeros(100, np.int64), (3, 3), 0.5)
    order = examples.order(np.random.default_rng(1), batch_size=32)
    assert order.shape == (3, 32)
    assert len(set((order % 100).ravel().tolist())) == 96
    assert examples.order(np.random.default_rng(1), batch_size=4096).shape == (1, 100)
