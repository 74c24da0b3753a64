"""Random networks and foldings: dense layers with any casts between them, an argmax at times, from one ``pick``."""

import pick as choose

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.dense import Dense, legal_folds
from edgeflow.kernels.relu import Relu
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Kernel, Layer, Network
from edgeflow.rtl.generate import Folding

WIDTHS = (1, 2, 3, 4, 5, 6, 8, 9, 12)  # features, so that folds meet which do not divide each other


def network(pick: choose.Pick, name: str = "random", most_layers: int = 3, widths: tuple[int, ...] = WIDTHS) -> Network:
    x, features = choose.number_format(pick, max_width=6), choose.one_of(pick, widths)
    kernels: list[Kernel] = _casts(pick, x, features) if pick(0, 3) == 3 else []
    for i in range(pick(1, most_layers)):
        x = kernels[-1].y if kernels else x
        if i:  # an accumulator is wide: narrow it
            kernels += _casts(pick, x, features, at_least=1)
            x = kernels[-1].y
        kernels.append(_dense(pick, x, features, choose.one_of(pick, widths)))
        features = kernels[-1].out_features
    kernels += _casts(pick, kernels[-1].y, features)
    if pick(0, 2) == 2:
        kernels.append(Argmax(kernels[-1].y, features))
    return Network(name, tuple(Layer(f"layer_{i}", kernel) for i, kernel in enumerate(kernels)))


def folding(pick: choose.Pick, network: Network) -> Folding:
    """Each dense layer unrolled or with any legal fold."""
    chosen = {}
    for layer in network.layers:
        if isinstance(layer.kernel, Dense):
            simd = choose.one_of(pick, legal_folds(layer.kernel.in_features))
            pe = choose.one_of(pick, legal_folds(layer.kernel.out_features))
            chosen[layer.name] = "unrolled" if pick(0, 2) == 0 else Fold(pe, simd)
    return chosen


def _casts(pick: choose.Pick, x: Fixed, features: int, at_least: int = 0) -> list[Kernel]:
    made: list[Kernel] = []
    for _ in range(pick(at_least, 2)):
        y = Fixed(pick(1, 6), x.frac - pick(-1, 7), bool(pick(0, 1)))
        made.append(choose.one_of(pick, (Relu, Requantize))(x, y, *choose.modes(pick), features))
        x = y
    return made


def _dense(pick: choose.Pick, x: Fixed, inputs: int, outputs: int) -> Dense:
    w = Fixed(pick(1, 5), pick(-1, 6), bool(pick(0, 1)))
    weight = choose.matrix(pick, w.lo, w.hi, inputs, outputs)
    if pick(0, 1):
        weight *= choose.matrix(pick, 0, 1, inputs, outputs)
    return Dense(weight, choose.matrix(pick, -60, 60, 1, outputs)[0], x, w)
