"""What is simulated: the test split first, then the corners, then random frames over the whole input format."""

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.network.network import Network


def frames(network: Network, test: Integers, samples: int, seed: int) -> Integers:
    """At least ``samples`` frames (samples, in_features), and never less than the whole test split and the corners."""
    corners = corner_frames(network)
    more = max(0, samples - len(test) - len(corners))
    random = np.random.default_rng(seed).integers(
        network.input.lo, network.input.hi, (more, network.in_features), endpoint=True
    )
    return np.concatenate([test, corners, random])


def corner_frames(network: Network) -> Integers:
    """All lowest, all highest, all zero, and what drives each sum of the first layer to its ends."""
    lo, hi = network.input.lo, network.input.hi
    flat = np.array([[lo], [hi], [0], [max(lo, -1)]]).repeat(network.in_features, axis=1)
    weight = getattr(network.layers[0].kernel, "weight", None)
    if weight is None:
        return flat
    most, least = np.where(weight.T > 0, hi, lo), np.where(weight.T > 0, lo, hi)
    return np.concatenate([flat, most, least]).astype(np.int64)
