"""Dense: every legal fold of one shape, and the shapes and numbers that break matrix products."""

import numpy as np
import pick as choose

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense

S4, U4 = Fixed(4, 2), Fixed(4, 2, signed=False)


def reference(kernel, x):
    """Products one by one in plain Python, bias first, as SEMANTICS.md orders them."""
    y = []
    for o in range(kernel.out_features):
        total = int(kernel.bias[o])
        for i, value in enumerate(x):
            total += value * int(kernel.weight[i, o])
        y.append(total)
    return y


def random(pick, x, features):
    w = Fixed(pick(1, 6), pick(-2, 8), bool(pick(0, 1)))
    outputs = pick(1, 6)
    weight = choose.matrix(pick, w.lo, w.hi, features, outputs)
    if pick(0, 2) == 2:  # sparse, with zero columns
        weight *= choose.matrix(pick, 0, 1, features, outputs) * choose.matrix(pick, 0, 1, 1, outputs)
    return Dense(weight, choose.matrix(pick, -200, 200, 1, outputs)[0], x, w)


def _random(seed, shape, x, w):
    rng = np.random.default_rng(seed)
    return Dense(rng.integers(w.lo, w.hi, shape, endpoint=True), rng.integers(-50, 50, shape[1]), x, w)


def corners():
    """Name -> kernel."""
    ones = np.ones((4, 2), np.int64)
    zero = np.zeros((4, 2), np.int64)
    column = np.array([[3, 0], [-8, 0], [7, 0], [-1, 0]])
    return {
        "one_to_one": Dense(np.array([[-3]]), np.array([1]), S4, Fixed(3)),
        "one_input": _random(1, (1, 5), U4, S4),
        "one_output": _random(2, (6, 1), S4, S4),
        "zero_matrix": Dense(zero, np.array([3, -4]), S4, S4),
        "zero_matrix_zero_bias": Dense(zero, np.array([0, 0]), S4, S4),
        "zero_column": Dense(column, np.array([2, -9]), S4, S4),
        "equal_weights": Dense(5 * ones, np.array([0, 1]), S4, S4),
        "power_of_two_weights": Dense(np.array([[1, -2], [4, -8], [-8, 4], [2, -1]]), np.array([0, 0]), U4, S4),
        "unsigned_weights": _random(3, (4, 3), S4, Fixed(5, 1, signed=False)),
        "all_unsigned": _random(4, (4, 3), U4, Fixed(5, 1, signed=False)),
        "one_bit": _random(5, (6, 4), Fixed(1, 0, signed=False), Fixed(1)),
        "huge_bias": Dense(column, np.array([1 << 40, -(1 << 50)]), S4, S4),
        "bias_makes_it_negative": Dense(column, np.array([-500, -300]), S4, S4),
        "bias_cancels_all": Dense(np.array([[-1], [-1]]), np.array([30]), U4, S4),
        "wide": Dense(
            np.array([[(1 << 25) + 1, 1], [-(1 << 25), -((1 << 24) + 3)]]), np.array([5, 7]), Fixed(30), Fixed(27)
        ),
        "five_inputs": _random(6, (5, 4), S4, S4),
        "seven_inputs": _random(7, (7, 2), S4, S4),
        "all_folds": _random(8, (6, 4), S4, S4),
    }


def folds(kernel):
    """All legal ones where that is asked for; else the ends: one by one, and everything at once."""
    pes, simds = kernel.folds()
    if kernel.weight.shape == (6, 4) and kernel.w == S4:
        return [Fold(pe, simd) for pe in pes for simd in simds]
    return sorted({Fold(1, 1), Fold(pes[-1], simds[-1])}, key=str)


def pinned():
    """(kernel, its circuit's LUTs, fold, the folded unit's estimate): a change here is a change of cost."""
    return _random(8, (6, 4), S4, S4), 213, Fold(2, 3), Cost(luts=382, ffs=278, brams=1)
