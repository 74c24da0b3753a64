"""Constants of sums, fitted: least squares of relative errors, never below zero, drawn to what physics expects."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS, HUBER = 12, 0.15  # reweighting; relative errors beyond it count by their size, not its square


def pulled(terms: Floats, found: Floats, expected: Floats, pull: Floats) -> Floats:
    """Costs (terms,) of ``terms`` (rows, terms) whose sums are ``found`` (rows,) in relative terms.

    ``pull`` (terms,): how many rows of error one a cost that is off its expectation by all of it weighs.
    """
    scaled = terms / found[:, None]
    weight = np.ones(len(found))
    costs = expected
    spring = np.sqrt(pull) / np.maximum(expected, 0.05)
    for _ in range(ROUNDS):
        root = np.sqrt(weight)
        matrix = np.concatenate([scaled * root[:, None], np.diag(spring)])
        target = np.concatenate([root, spring * expected])
        costs = not_negative(matrix, target)
        errors = np.abs(scaled @ costs - 1)
        weight = np.minimum(1.0, HUBER / np.maximum(errors, 1e-9))
    return costs


def not_negative(matrix: Floats, target: Floats) -> Floats:
    """Least squares with no negative solution: those that want to be are zero, one after the other."""
    free = np.ones(matrix.shape[1], bool)
    while True:
        costs = np.zeros(matrix.shape[1])
        costs[free] = np.linalg.lstsq(matrix[:, free], target, rcond=None)[0]
        if (costs >= 0).all():
            return costs
        free &= costs > 0
