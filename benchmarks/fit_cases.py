"""Networks, boards and goals to judge ``edgeflow fit`` by: ten a set, drawn from the set's number.

Kinds and boards are given, so that every set has all of them; widths, sizes, weights and targets are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from edgeflow.fit.goal import Goal
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.maxpool import MaxPool
from edgeflow.kernels.merge import Merge, Operation
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import INPUT, Kernel, Layer, Network

Image = tuple[int, int, int]  # height, width, channels


@dataclass(frozen=True)
class Case:
    network: Network
    board: str
    goal: Goal


@dataclass
class Growing:
    """A network in the making."""

    random: np.random.Generator
    weight: Fixed
    activation: Fixed
    image: Image
    layers: list[Layer] = field(default_factory=list)
    last: str = INPUT
    x: Fixed = field(init=False)

    def __post_init__(self) -> None:
        self.x = self.activation

    def add(self, kernel: Kernel, image: Image, *sources: str) -> str:
        self.last = f"{type(kernel).__name__.lower()}_{len(self.layers)}"
        before = self.layers[-1].name if self.layers else INPUT
        self.layers.append(Layer(self.last, kernel, sources or (before,)))
        self.x, self.image = kernel.y, image
        return self.last

    def relu(self) -> str:
        y = Fixed(self.activation.width, self.activation.frac, signed=False)
        features = int(np.prod(self.image))
        return self.add(Relu(self.x, y, Rounding.RND, Overflow.SAT, features), self.image)

    def conv(self, filters: int, kernel: int, same: bool = False) -> None:
        pad = (kernel // 2,) * 2 if same else (0, 0)
        geometry = Geometry(*self.image, kernel=(kernel, kernel), before=pad, after=pad)
        weight = self.drawn((kernel, kernel, self.image[2], filters))
        conv = Conv(geometry, weight, self.bias(filters), self.x, self.weight)
        self.add(conv, (geometry.out_height, geometry.out_width, filters))

    def depthwise(self, kernel: int) -> None:
        pad = (kernel // 2,) * 2
        geometry = Geometry(*self.image, kernel=(kernel, kernel), before=pad, after=pad)
        weight = self.drawn((kernel, kernel, self.image[2]))
        self.add(Depthwise(geometry, weight, self.bias(self.image[2]), self.x, self.weight), self.image)

    def pool(self) -> None:
        height, width, channels = self.image
        geometry = Geometry(height, width, channels, (2, 2), (2, 2))
        self.add(MaxPool(geometry, self.x), (geometry.out_height, geometry.out_width, channels))

    def residual(self) -> None:
        """A depthwise and a pointwise convolution beside nothing."""
        start = self.last
        self.depthwise(3)
        self.relu()
        self.conv(self.image[2], 1)
        branch = self.relu()
        features = int(np.prod(self.image))
        self.add(Merge(Operation.ADD, self.layers[-1].kernel.y, self.x, features), self.image, start, branch)
        self.relu()

    def dense(self, outputs: int) -> None:
        weight = self.drawn((int(np.prod(self.image)), outputs))
        self.add(Dense(weight, self.bias(outputs), self.x, self.weight), (1, 1, outputs))

    def drawn(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.random.integers(self.weight.lo, self.weight.hi, shape, endpoint=True)

    def bias(self, count: int) -> np.ndarray:
        return self.random.integers(-64, 64, count)


def mlp(grow: Growing) -> None:
    for _ in range(int(grow.random.integers(1, 3))):
        grow.dense(int(grow.random.choice([12, 16, 20, 24, 32])))
        grow.relu()
    grow.dense(int(grow.random.integers(3, 11)))


def digits(grow: Growing) -> None:
    grow.dense(int(grow.random.integers(24, 41)))
    grow.relu()
    grow.dense(10)


def cnn(grow: Growing) -> None:
    for _ in range(2):
        grow.conv(int(grow.random.choice([4, 6, 8, 12])), 3)
        grow.relu()
        grow.pool()
    grow.dense(10)


def residual(grow: Growing) -> None:
    grow.conv(int(grow.random.choice([4, 8])), 3, same=True)
    grow.relu()
    grow.residual()
    grow.pool()
    grow.dense(int(grow.random.integers(3, 11)))


# kind, side of the image or inputs, board, and what is drawn of the goal
SLOTS: tuple[tuple[Callable[[Growing], None], Image, str, str], ...] = (
    (digits, (1, 1, 64), "icebreaker", "rate"),
    (digits, (1, 1, 64), "tangnano20k", "fps"),
    (cnn, (28, 28, 1), "ulx3s", "fps"),
    (cnn, (28, 28, 1), "icebreaker", "fps"),
    (mlp, (1, 1, 16), "tangnano9k", "rate"),
    (mlp, (1, 1, 32), "ulx3s_12f", "latency"),
    (cnn, (14, 14, 2), "tangnano9k", "fps"),
    (residual, (10, 10, 2), "ulx3s_12f", "fps"),
    (residual, (12, 12, 1), "tangnano20k", "latency"),
    (mlp, (1, 1, 24), "icebreaker", "latency"),
)
# Targets are so many multiplications a cycle, at a clock that the board gives with ease.
CLOCKS = {"icebreaker": 20.0, "tangnano9k": 50.0, "tangnano20k": 80.0, "ulx3s": 60.0, "ulx3s_12f": 60.0}
MULTIPLIERS = (2.0, 12.0)


def cases(number: int) -> list[Case]:
    """The set of that number."""
    return [_case(np.random.default_rng([number, i]), f"set{number}_{i}", *slot) for i, slot in enumerate(SLOTS)]


def _case(
    random: np.random.Generator, name: str, kind: Callable[[Growing], None], image: Image, board: str, goal: str
) -> Case:
    weight, activation = int(random.integers(2, 7)), int(random.integers(3, 7))
    grow = Growing(random, Fixed(weight, weight - 1), Fixed(activation, activation, signed=False), image)
    kind(grow)
    network = Network(name, tuple(grow.layers))
    cycles, mhz = multiplications(network) / float(random.uniform(*MULTIPLIERS)), CLOCKS[board]
    wanted = {
        "rate": Goal(),
        "fps": Goal(min_fps=round(mhz * 1e6 / cycles)),
        "latency": Goal(max_latency_us=round(2 * cycles / mhz, 1)),
    }
    return Case(network, board, wanted[goal])


def eased(goal: Goal) -> Goal:
    """Half as much."""
    fps, wait = goal.min_fps, goal.max_latency_us
    return Goal(None if fps is None else fps / 2, None if wait is None else wait * 2)


def multiplications(network: Network) -> int:
    """A frame."""
    found = 0
    for layer in network.layers:
        weight = getattr(layer.kernel, "weight", None)
        if weight is not None:
            found += weight.size * getattr(getattr(layer.kernel, "geometry", None), "positions", 1)
    return found
