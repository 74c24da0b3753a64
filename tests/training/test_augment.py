"""Shifted copies: where pixels go, that training draws what the teacher saw, and each sample once an epoch."""

import numpy as np
import pytest

from edgeflow.training._augment import Examples

X = np.arange(18, dtype=np.float32).reshape(2, 9) / 32
Y = np.array([3, 5])


def examples(pixels: float) -> Examples:
    return Examples(X, Y, (3, 3, 1), pixels)


def copies(pixels: float) -> np.ndarray:
    drawn = examples(pixels)
    return np.array([drawn.copy(c) for c in range(len(drawn.taps))])


def test_no_shift_is_the_data_itself() -> None:
    assert len(examples(0).taps) == 1 and examples(0).copy(0) is X


def test_a_whole_pixel_moves_in_zeros() -> None:
    made = copies(1.0).reshape(9, 2, 3, 3)
    image = X[0].reshape(3, 3)
    assert (made[0, 0] == image).all()
    moved = [copy for copy in made[:, 0] if (copy[0] == 0).all() and (copy[1:] == image[:2]).all()]
    assert len(moved) == 1, "one copy is one row down"


def test_a_fraction_interpolates_and_stays_in_range() -> None:
    made = copies(0.25)
    assert made.shape == (9, 2, 9) and made.dtype == np.float32
    assert made.min() >= 0 and made.max() <= X.max()
    right = 0.75 * X[0].reshape(3, 3) + 0.25 * np.pad(X[0].reshape(3, 3), ((0, 0), (1, 0)))[:, :-1]
    assert any((copy == right.ravel()).all() for copy in made[:, 0])


@pytest.mark.train
@pytest.mark.parametrize("pixels", [0, 0.25, 1.0])
def test_training_draws_what_the_teacher_saw(pixels: float) -> None:
    from edgeflow.training._keras import keras
    from edgeflow.training._keras_fit import _drawing

    random = np.random.default_rng(1)
    x = random.integers(0, 256, (5, 24)).astype(np.float32) / 256
    drawn = Examples(x, np.zeros(5, np.int64), (4, 3, 2), pixels)
    seen = np.concatenate([drawn.copy(c) for c in range(len(drawn.taps))])
    rows = random.permutation(len(seen)).astype(np.int32)
    for shape in ((4, 3, 2), (24,)):
        image = keras.Input(shape)
        made = _drawing(keras.Model(image, keras.layers.Flatten()(image)), drawn)(rows).numpy()
        assert made.shape == (len(rows), *shape)
        assert (made.reshape(len(rows), 24) == seen[rows]).all()


def test_an_epoch_sees_each_sample_once() -> None:
    x = np.zeros((100, 9), np.float32)
    many = Examples(x, np.zeros(100, np.int64), (3, 3, 1), 0.5)
    order = many.order(np.random.default_rng(1), batch_size=32)
    assert order.shape == (3, 32)
    assert len(set((order % 100).ravel().tolist())) == 96 and order.max() >= 100
    assert many.order(np.random.default_rng(1), batch_size=4096).shape == (1, 100)
