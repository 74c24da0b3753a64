"""What else is used to predict a network's cost, for comparison: operations, bit operations, da4ml's own cost."""

import numpy as np

from edgeflow.circuit import solver
from edgeflow.kernels._unit import Fold, Pixels, Shape, foldable
from edgeflow.kernels.conv import Conv
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.depthwise import Depthwise
from edgeflow.network.network import Network
from edgeflow.rtl.shapes import Folding, layer_shapes

Weighted = Dense | Conv | Depthwise


def others(network: Network, folding: Folding) -> dict[str, float]:
    """A frame's multiplications; EBOPs, which weigh each by the bits of both operands; adders of layers in logic."""
    shaped = zip(network.layers, layer_shapes(network, folding), strict=True)
    layers = [(layer.kernel, shape) for layer, shape in shaped if foldable(layer) and hasattr(layer.kernel, "weight")]
    kernels = [kernel for kernel, _ in layers if isinstance(kernel, Weighted)]
    return {
        "macs": float(sum(kernel.weight.size * _positions(kernel) for kernel in kernels)),
        "ebops": float(sum(_bits(kernel) * kernel.x.width * _positions(kernel) for kernel in kernels)),
        "da4ml": sum(_da4ml(kernel, shape) for kernel, shape in layers if isinstance(kernel, (Dense, Conv))),
    }


def _positions(kernel: Weighted) -> int:
    return 1 if isinstance(kernel, Dense) else kernel.geometry.positions


def _bits(kernel: Weighted) -> int:
    """Of all weights, from the highest to the lowest that is set."""
    sizes = np.abs(kernel.weight[kernel.weight != 0])
    lowest = sizes & -sizes
    return int((np.log2(sizes).astype(int) - np.log2(lowest).astype(int) + 1).sum())


def _da4ml(kernel: Dense | Conv, shape: Shape) -> float:
    if isinstance(shape, Fold) or not kernel.weight.any():
        return 0.0
    matrix = kernel.weight if isinstance(kernel, Dense) else kernel.matrix
    copies = shape.pixels if isinstance(shape, Pixels) else _positions(kernel) if shape == "parallel" else 1
    return solver.cost(matrix, kernel.x.lo, kernel.x.hi) * copies
