"""A network with one dense layer folded and one unrolled, its frames, and rungs of the ladder that agree with it."""

from dataclasses import replace

import numpy as np
import pick as choose

from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.frontends._lowered import powers_of_two
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate
from edgeflow.verify import ladder

FOLDING = {"first": Fold(2, 3), "second": "unrolled"}
FRAMES = 40


def network() -> Network:
    rng = np.random.default_rng(5)
    x = Fixed(4, 2)
    first = Dense(rng.integers(-8, 8, (6, 4)), rng.integers(-20, 20, 4), x, Fixed(4, 2))
    relu = Relu(first.y, Fixed(4, 2, signed=False), Rounding.RND, Overflow.SAT, 4)
    second = Dense(rng.integers(-8, 8, (4, 3)), rng.integers(-20, 20, 3), relu.y, Fixed(4, 2))
    return Network("tiny", (Layer("first", first), Layer("relu", relu), Layer("second", second)))


def design() -> Design:
    return generate(network(), FOLDING, 100.0)


def frames():
    model = network()
    return choose.frames(model.input, model.in_features, FRAMES)


def verify(design, store, regenerate=None, framework=None, csim=None):
    """The ladder on all frames; the upper rungs agree with the network where they are not given."""
    model, x = network(), frames()
    logits = model.output.real(model.run(x))
    given = {"qkeras": framework, "csim": csim}
    above = [ladder.Rung(name, logits if values is None else values) for name, values in given.items()]
    labels = logits.argmax(axis=1)[:30]
    return ladder.verify(above, lowered(), design, x, labels, 7, store, regenerate=regenerate)


def lowered():
    return powers_of_two(network(), (6,), lambda x: x, "second")


def mutated(design: Design, file: str, old: str, new: str) -> Design:
    """The design with one place of one file changed, which must be there."""
    group = "memories" if file in design.memories else "sources"
    files = getattr(design, group)
    assert old in files[file], f"{file} has no {old!r}"
    return replace(design, **{group: files | {file: files[file].replace(old, new, 1)}})
