"""What is simulated: the test split first, then the corners, then random frames over the whole input format."""

import numpy as np

from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.network.network import Kernel, Network
from edgeflow.rtl.design import Design

SIMULATED_CYCLES = 5_000_000  # at full rate: some seconds in Verilator, for each phase
LEAST_SIMULATED = 1250  # frames, a thousand test samples among them
NETLIST_WORK = 40_000_000  # cells times cycles at full rate: some seconds in CXXRTL
LEAST_NETLIST = 5


def frames(network: Network, test: Integers, samples: int, seed: int) -> Integers:
    """At least ``samples`` frames (samples, in_features), and never less than the whole test split and the corners."""
    corners = corner_frames(network)
    more = max(0, samples - len(test) - len(corners))
    random = np.random.default_rng(seed).integers(
        network.input.lo, network.input.hi, (more, network.in_features), endpoint=True
    )
    return np.concatenate([test, corners, random])


def in_rtl(frames: Integers, tests: int, design: Design) -> Integers:
    """Which frames the RTL simulates, as indices."""
    return chosen(frames, tests, max(LEAST_SIMULATED, SIMULATED_CYCLES // design.interval_cycles))


def in_netlist(frames: Integers, tests: int, design: Design) -> Integers:
    """Which frames the netlist simulates: a cycle costs what the design's cells do."""
    cells = design.cost.luts + design.cost.ffs
    return chosen(frames, tests, max(LEAST_NETLIST, NETLIST_WORK // (max(1, cells) * design.interval_cycles)))


def chosen(frames: Integers, tests: int, most: int) -> Integers:
    """All frames where that is no more than ``most``, else test samples and others, of these a fifth at least."""
    if len(frames) <= most:
        return np.arange(len(frames))
    others = min(len(frames) - tests, max(most // 5, most - tests))
    return np.concatenate([np.arange(min(tests, most - others)), np.arange(tests, tests + others)])


def corner_frames(network: Network) -> Integers:
    """All lowest, all highest, all zero, and what drives each sum that takes the input to its ends."""
    x, features = network.input, network.in_features
    flat = np.array([[x.lo], [x.hi], [0], [max(x.lo, -1)]]).repeat(features, axis=1)
    taking = [layer for layer, sources in zip(network.layers, network.sources, strict=True) if sources == (-1,)]
    return np.concatenate([flat, *(ends(layer.kernel, x) for layer in taking)]).astype(np.int64)


def ends(kernel: Kernel, x: Fixed) -> Integers:
    """Inputs that drive each sum of a kernel to its highest and its lowest value; none for one without weights."""
    signs = _signs(kernel)
    return np.concatenate([np.where(signs > 0, x.hi, x.lo), np.where(signs > 0, x.lo, x.hi)])


def _signs(kernel: Kernel) -> Integers:
    """For each sum its weights laid over a frame, (sums, in_features): of a convolution in the window that sees most of
    the image, of a depthwise one all channels at once."""
    match kernel:
        case Dense(weight=weight):
            return weight.T
        case Conv(geometry=geometry, matrix=matrix):
            return _in_window(geometry, matrix.T.reshape(matrix.shape[1], geometry.taps, geometry.channels))
        case Depthwise(geometry=geometry, matrix=matrix):
            return _in_window(geometry, matrix[None])
        case _:
            return np.zeros((0, kernel.inputs[0].features), np.int64)


def _in_window(geometry: Geometry, weights: Integers) -> Integers:
    """Weights (sums, taps, channels) over a frame."""
    pixels = max(geometry.pixels, key=lambda seen: int((seen >= 0).sum()))
    frames = np.zeros((len(weights), geometry.height * geometry.width + 1, geometry.channels), np.int64)
    frames[:, pixels] = weights
    return frames[:, :-1].reshape(len(weights), -1)  # padding fell on the pixel behind the last
