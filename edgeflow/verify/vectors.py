"""What is simulated: the test split first, then the corners, then random frames over the whole input format."""

import numpy as np

from edgeflow.fixedpoint import Integers
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Network

SIMULATED_CYCLES = 5_000_000  # at full rate: some seconds in Verilator, for each phase
LEAST_SIMULATED = 1250  # frames, a thousand test samples among them


def frames(network: Network, test: Integers, samples: int, seed: int) -> Integers:
    """At least ``samples`` frames (samples, in_features), and never less than the whole test split and the corners."""
    corners = corner_frames(network)
    more = max(0, samples - len(test) - len(corners))
    random = np.random.default_rng(seed).integers(
        network.input.lo, network.input.hi, (more, network.in_features), endpoint=True
    )
    return np.concatenate([test, corners, random])


def simulated(frames: Integers, tests: int, interval_cycles: int) -> Integers:
    """Which frames the RTL simulates, as indices: all where that is quick, else test samples and a fifth of others."""
    most = max(LEAST_SIMULATED, SIMULATED_CYCLES // interval_cycles)
    if len(frames) <= most:
        return np.arange(len(frames))
    others = min(len(frames) - tests, most // 5)
    return np.concatenate([np.arange(min(tests, most - others)), np.arange(tests, tests + others)])


def corner_frames(network: Network) -> Integers:
    """All lowest, all highest, all zero, and what drives each sum of the first layer to its ends."""
    lo, hi = network.input.lo, network.input.hi
    flat = np.array([[lo], [hi], [0], [max(lo, -1)]]).repeat(network.in_features, axis=1)
    signs = first_signs(network)
    most, least = np.where(signs > 0, hi, lo), np.where(signs > 0, lo, hi)
    return np.concatenate([flat, most, least]).astype(np.int64)


def first_signs(network: Network) -> Integers:
    """For each output of the first layer that weighs its input the weights, (outputs, in_features), laid over a frame:
    of a convolution the window in the middle of the image."""
    kernel = next((layer.kernel for layer in network.layers if hasattr(layer.kernel, "weight")), None)
    match kernel:
        case Dense(weight=weight) if len(weight) == network.in_features:
            return weight.T
        case Conv(geometry=geometry, matrix=matrix) if geometry.in_features == network.in_features:
            pixels = geometry.pixels[geometry.positions // 2]
            frames = np.zeros((matrix.shape[1], geometry.height * geometry.width + 1, geometry.channels), np.int64)
            frames[:, pixels] = matrix.T.reshape(-1, len(pixels), geometry.channels)
            return frames[:, :-1].reshape(len(frames), -1)  # padding fell on the pixel behind the last
        case _:
            return np.zeros((0, network.in_features), np.int64)
