"""Nodes that move values without changing them, what exporters wrap around reshapes included."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import fixed_for
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import centred, image, ordered, unclamped, widened
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real, along, one
from edgeflow.frontends._onnx_windows import placed
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.concatenate import Concatenate
from edgeflow.kernels.resize import Resize

Move = Callable[[Any], Any]


def reshape(draft: Draft, node: OnnxNode, x: Real, target: Const) -> Real:
    return x.moved(reshaping(x.shape, target.values.ravel().tolist()))


def reshaping(shape: tuple[int, ...], target: list[int]) -> Move:
    """The target's first axis is the batch, whatever number an exporter wrote there."""
    inner = [shape[i - 1] if n == 0 and 0 < i <= len(shape) else n for i, n in enumerate(target)][1:]
    known = prod(n for n in inner if n != -1)
    inner = [prod(shape) // known if n == -1 and known else n for n in inner]
    if prod(inner) != prod(shape) or not inner:
        raise UnsupportedLayerError(
            f"reshaping {shape} to {target} mixes samples of a batch; keep the batch axis first"
        )
    return lambda array: array.reshape(inner)


def flatten(draft: Draft, node: OnnxNode, x: Real) -> Real:
    axis = node.integer("axis", 1)
    if axis != 1:
        raise UnsupportedLayerError(f"axis = {axis} mixes samples of a batch; flatten from axis 1")
    return x.moved(lambda array: array.reshape(-1))


def transpose(draft: Draft, node: OnnxNode, x: Real) -> Real:
    order = node.integers("perm", range(len(x.shape), -1, -1))
    if order[0] != 0:
        raise UnsupportedLayerError(f"perm = {list(order)} moves the batch; keep it first")
    return x.moved(lambda array: array.transpose([axis - 1 for axis in order[1:]]))


def squeeze(draft: Draft, node: OnnxNode, x: Real, axes: Const | None = None) -> Real:
    return x.moved(squeezing(node, axes, x.shape))


def squeezing(node: OnnxNode, axes: Const | None, shape: tuple[int, ...]) -> Move:
    drop = _axes(node, axes, len(shape) + 1) or [i + 1 for i, n in enumerate(shape) if n == 1]
    return lambda array: array.squeeze(tuple(axis - 1 for axis in drop))


def unsqueeze(draft: Draft, node: OnnxNode, x: Real, axes: Const | None = None) -> Real:
    return x.moved(unsqueezing(node, axes, x.shape))


def unsqueezing(node: OnnxNode, axes: Const | None, shape: tuple[int, ...]) -> Move:
    count = len(node.integers("axes", ())) if axes is None else int(axes.values.size)
    added = _axes(node, axes, len(shape) + 1 + count)
    return lambda array: np.expand_dims(array, tuple(axis - 1 for axis in added))


def concat(draft: Draft, node: OnnxNode, *parts: Real) -> Real:
    """Each part with its own scale; side by side in frames of one format."""
    axes = len(parts[0].shape)
    axis = node.integer("axis", 1) % (axes + 1) - 1
    if axis < 0 or not all(isinstance(part, Real) and not part.clamped for part in parts):
        raise UnsupportedLayerError("it joins batches, constants or clamped tensors; quantize the parts before")
    scales = [one(part.scale, "a part's scale") for part in parts]
    offsets = [one(part.offset, "a part's offset") for part in parts]
    sizes = [part.shape[axis] for part in parts]
    last = axis == 0 and axes > 1  # channels first in the model, last in frames
    parts = tuple(
        image(draft, f"{node.name}_{i}", p) if last else _plain(draft, f"{node.name}_{i}", p)
        for i, p in enumerate(parts)
    )
    y = fixed_for(min(p.value.format.lo for p in parts), max(p.value.format.hi for p in parts), 0)
    parts = tuple(widened(draft, f"{node.name}_{i}_wide", p, y) for i, p in enumerate(parts))
    shape = [*parts[0].shape]
    shape[axis] = sum(sizes)
    pixels = prod(shape[1:]) if last else prod(shape[:axis])
    channels = tuple(p.at.size // pixels for p in parts)
    value = draft.add(node.name, Concatenate(y, channels, pixels), *(p.value for p in parts))
    at = np.arange(value.features).reshape(shape)
    at = np.moveaxis(at.reshape(*shape[1:], shape[0]), -1, 0) if last else at
    scale, offset = (along(np.repeat(np.array(values, object), sizes), axes, axis) for values in (scales, offsets))
    return Real(value, at, scale, offset)


def pad(
    draft: Draft, node: OnnxNode, x: Real, pads: Const | None = None, fill: Const | None = None, *axes: Const
) -> Real:
    """Zeros around an image."""
    ends = list(node.integers("pads", ())) if pads is None else pads.values.ravel().astype(int).tolist()
    value = (
        float(node.attributes.get("value", 0.0)) if fill is None or not fill.values.size else float(fill.values.item())
    )
    before, after = ends[: len(ends) // 2], ends[len(ends) // 2 :]
    if (
        axes
        or node.word("mode", "constant") != "constant"
        or value
        or any(before[:2] + after[:2])
        or len(x.shape) not in (2, 3)
    ):
        raise UnsupportedLayerError("only padding of an image's rows and columns with zeros is known")
    if not any(ends):
        return x
    x = image(draft, node.name, centred(draft, node.name, unclamped(draft, node.name, x)))
    sides = [(0, *part)[-2:] for part in (x.shape[1:], before[2:], after[2:])]
    height, width = (1, *x.shape[1:])[-2:]
    geometry = Geometry(height, width, x.shape[0], before=tuple(sides[1]), after=tuple(sides[2]))
    return _resized(draft, node, x, geometry)


def resize(draft: Draft, node: OnnxNode, x: Real, *inputs: Const | None) -> Real:
    """Nearest upsampling by whole factors."""
    sizes = [c.values.ravel().tolist() for c in inputs if c is not None and c.values.size == len(x.shape) + 1]
    if node.word("mode", "nearest") != "nearest" or not sizes or len(x.shape) not in (2, 3) or x.clamped:
        raise UnsupportedLayerError("only nearest upsampling by whole factors is known")
    given = sizes[-1]
    whole = given if inputs[-1] is not None and inputs[-1].values.dtype.kind == "i" else [
        f * n for f, n in zip(given, (1, *x.shape), strict=True)
    ]  # fmt: skip
    factors = [t / n for t, n in zip(whole[1:], x.shape, strict=True)]
    if factors[0] != 1 or any(f < 1 or f != int(f) for f in factors):
        raise UnsupportedLayerError(f"factors {factors} are no whole numbers")
    x = image(draft, node.name, x)
    repeat = (1, *map(int, factors[1:]))[-2:]
    height, width = (1, *x.shape[1:])[-2:]
    return _resized(draft, node, x, Geometry(height, width, x.shape[0], repeat=(repeat[0], repeat[1])))


def _resized(draft: Draft, node: OnnxNode, x: Real, geometry: Geometry) -> Real:
    value = draft.add(node.name, Resize(geometry, x.value.format), x.value)
    return Real(value, placed(geometry, geometry.channels, len(x.shape) - 1), x.scale, x.offset)


def _plain(draft: Draft, name: str, x: Real) -> Real:
    return ordered(draft, name, x, np.arange(x.at.size).reshape(x.shape))


def _axes(node: OnnxNode, axes: Const | None, dimensions: int) -> list[int]:
    given = node.integers("axes", ()) if axes is None else axes.values.ravel().tolist()
    found = sorted(int(axis) % dimensions for axis in given)
    if 0 in found:
        raise UnsupportedLayerError("it takes the batch axis away or puts one before it; keep the batch first")
    return found
