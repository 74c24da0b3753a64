"""Small networks, boards of any size, and an estimator that takes the kernels' forms at their word."""

from dataclasses import asdict, replace

import numpy as np

from edgeflow.boards import _board
from edgeflow.boards._board import Board, Budget
from edgeflow.fit.goal import Goal
from edgeflow.fit.room import RESOURCES
from edgeflow.fit.trial import Needs
from edgeflow.fit.wanted import Wanted
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network

X = Fixed(4, 4, signed=False)
W = Fixed(5, 4)
LINK = {"luts": 1200, "ffs": 1200, "brams": 0, "dsps": 0}  # more than it takes for these networks


def needs(design, board):
    return Needs({name: getattr(design.cost, name) for name in RESOURCES}, 100.0)


def wanted(network, names=None, **goal):
    return Wanted(network, Goal(**goal), needs, names)


def board(like="ulx3s", **cells) -> Board:
    """The board with these cells behind its link, and all else."""
    there = _board.load(like)
    return replace(there, budget=Budget(**asdict(there.budget) | {n: c + LINK[n] for n, c in cells.items()}))


def mlp(*sizes: int, name="small_mlp", w=W) -> Network:
    random, layers = np.random.default_rng(3), []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:], strict=False)):
        weight = random.integers(w.lo, w.hi, (inputs, outputs), endpoint=True)
        dense = Dense(weight, random.integers(-40, 40, outputs), X, w)
        layers += [Layer(f"dense_{i}", dense), Layer(f"relu_{i}", relu(dense))]
    return Network(name, tuple(layers[:-1]))


def cnn(name="small_cnn") -> Network:
    random = np.random.default_rng(4)
    weight = random.integers(W.lo, W.hi, (3, 3, 2, 4), endpoint=True)
    conv = Conv(Geometry(8, 8, 2, (3, 3)), weight, random.integers(-40, 40, 4), X, W)
    pool = MaxPool(Geometry(6, 6, 4, (2, 2), (2, 2)), X)
    dense = Dense(random.integers(W.lo, W.hi, (36, 5), endpoint=True), random.integers(-40, 40, 5), X, W)
    layers = ("conv_0", conv), ("relu_0", relu(conv)), ("pool_0", pool), ("dense_0", dense)
    return Network(name, tuple(Layer(*layer) for layer in layers))


def relu(kernel) -> Relu:
    return Relu(kernel.y, X, Rounding.RND, Overflow.SAT, kernel.out_features)
