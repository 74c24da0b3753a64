"""Every layer's sums reach both ends, and what is wrong only there is found."""

import numpy as np
import pytest
import small

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.kernels.relu import Relu
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.verify import extremes, ladder, locate
from edgeflow.verify.vectors import ends

RANDOM = np.random.default_rng(4)
IMAGE = Geometry(5, 5, 2, (3, 3), before=(1, 1), after=(1, 1))
SIGNED, UNSIGNED = Fixed(4, 2), Fixed(3, 1, signed=False)
KERNELS = [
    Dense(RANDOM.integers(-8, 8, (6, 4)), RANDOM.integers(-20, 20, 4), SIGNED, Fixed(4)),
    Conv(IMAGE, RANDOM.integers(-8, 8, (3, 3, 2, 3)), RANDOM.integers(-20, 20, 3), UNSIGNED, Fixed(4)),
    Depthwise(IMAGE, RANDOM.integers(-8, 8, (3, 3, 2)), RANDOM.integers(-20, 20, 2), SIGNED, Fixed(4)),
]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: type(kernel).__name__)
def test_every_sum_reaches_both_ends(kernel):
    x, weight = kernel.x, kernel.weight.T if isinstance(kernel, Dense) else kernel.matrix.T
    highest = np.maximum(weight * x.hi, weight * x.lo).sum(axis=1) + kernel.bias
    lowest = np.minimum(weight * x.hi, weight * x.lo).sum(axis=1) + kernel.bias
    sums = kernel.golden(ends(kernel, x)).reshape(-1, len(kernel.bias))
    assert sums.max(axis=0).tolist() == highest.tolist()
    assert sums.min(axis=0).tolist() == lowest.tolist()


def test_a_kernel_without_weights_has_no_ends():
    assert len(ends(Relu(SIGNED, UNSIGNED, "RND", "SAT", 4), SIGNED)) == 0


def network():
    """A layer that takes the input, and two of one content behind it."""
    first, relu, second = (layer.kernel for layer in small.network().layers)
    back = Dense(RANDOM.integers(-8, 8, (3, 4)), RANDOM.integers(-20, 20, 4), second.y, Fixed(4, 2))
    again = Relu(back.y, relu.y, relu.rounding, relu.overflow, 4)
    kernels = {"first": first, "relu": relu, "second": second, "back": back, "again": again, "third": second}
    return Network("ends", tuple(Layer(name, kernel) for name, kernel in kernels.items()))


def regenerate(part):
    shapes = {"first": Fold(2, 3), "second": Fold(1, 2), "third": Fold(1, 2)}
    return locate.regenerator(shapes, 100.0)(part)


def test_layers_behind_the_first_are_built_once_for_one_content():
    alone = extremes.layers_alone(network(), regenerate)
    assert [(one.layer, one.design.top) for one in alone] == [(2, "alone_2"), (3, "alone_3")]


@pytest.mark.tools
def test_right_layers_pass_and_a_wrong_one_is_named(store):
    model = small.network()
    right = locate.regenerator(small.FOLDING, 100.0)
    assert extremes.check(model, right, 7, store) == (6, None)

    def wrong(part):
        """Only the second layer alone is wrong, and only where a sum is at its top: no other frame shows it."""
        if not part.name.startswith("alone"):
            return right(part)
        kernel = part.layers[0].kernel
        design, width = generate(part, "unrolled", 100.0), kernel.y.width
        top = int(kernel.golden(ends(kernel, kernel.x)).max())
        lanes = [f"(v[{i * width}+:{width}] == {width}'d{top})" for i in range(kernel.out_features)]
        right_line = "assign m_axis_tdata  = full_q ? waiting_q : s_axis_tdata;"
        wrong_lines = f"""wire [Width-1:0] v = full_q ? waiting_q : s_axis_tdata;
  assign m_axis_tdata = ({" || ".join(lanes)}) ? '0 : v;"""
        return small.mutated(design, "ef_skid.sv", right_line, wrong_lines)

    difference = small.verify(small.design(), store, wrong).difference
    assert (difference.rung, difference.layer, difference.phase) == ("RTL", "second", extremes.PHASE.name)
    with pytest.raises(ladder.MismatchError, match="layer alone, sums at their ends"):
        ladder.check(small.verify(small.design(), store, wrong), small.design())
