"""Operators that move values without changing them; TFLite has the batch first and channels last."""

from math import prod

import numpy as np

from edgeflow.errors import UnsupportedLayerError
from edgeflow.fixedpoint import Integers, fixed_for
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._onnx_exact import ordered, widened
from edgeflow.frontends._onnx_values import Real
from edgeflow.frontends._tflite_pool import same_grid
from edgeflow.frontends._tflite_values import TfliteNode, held_at, held_of, quantized, row_major
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels.concatenate import Concatenate
from edgeflow.kernels.resize import Resize


def reshape(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the same values in the shape that the file gives the output."""
    same_grid(node)
    shape = node.made[0].shape
    if node.op == "RESHAPE" and len(node.taken) > 1 and node.tensor(1).values is not None:
        target = node.integers_of(1)
        if len(target) != len(shape) or any(n not in (-1, m) for n, m in zip(target[1:], shape[1:], strict=True)):
            raise UnsupportedLayerError(f"its target {target} is not the shape {shape} that the file gives its output")
    if prod(shape[1:]) != x.at.size:
        raise UnsupportedLayerError(
            f"reshaping {x.shape} to {shape} mixes samples of a batch; keep the batch axis first"
        )
    return x.moved(lambda array: array.reshape(shape[1:]))


def transpose(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    same_grid(node)
    order = node.integers_of(1)
    if order[:1] != [0] or sorted(order) != list(range(len(x.shape) + 1)):
        raise UnsupportedLayerError(f"perm = {order} on {len(x.shape) + 1} axes: keep the batch first")
    return x.moved(lambda array: array.transpose([axis - 1 for axis in order[1:]]))


def concatenation(draft: Draft, node: TfliteNode, *parts: Real) -> Real:
    """Side by side in frames of one format; TFLite gives all parts one scale and zero point."""
    y, axes = node.made[0].grid, len(parts[0].shape)
    if any(tensor is None or tensor.grid != y for tensor in node.taken) or node.word("activation", "NONE") != "NONE":
        raise UnsupportedLayerError("its parts differ in scale or zero point, or an activation is fused")
    axis = node.integer("axis", 0) % (axes + 1) - 1
    if axis < 0:
        raise UnsupportedLayerError("it joins batches; join along another axis")
    held = held_of(parts[0]) if len({held_of(part) for part in parts}) == 1 else 0
    names = [f"{node.name}_{i}" for i in range(len(parts))]
    plain = [
        ordered(draft, name, held_at(draft, f"{name}_zero", part, held), row_major(part.shape))
        for name, part in zip(names, parts, strict=True)
    ]
    format_ = fixed_for(min(p.value.format.lo for p in plain), max(p.value.format.hi for p in plain), 0)
    plain = [widened(draft, f"{name}_wide", part, format_) for name, part in zip(names, plain, strict=True)]
    pixels = prod(parts[0].shape[:axis])
    if any(p.shape[:axis] != parts[0].shape[:axis] or p.shape[axis + 1 :] != parts[0].shape[axis + 1 :] for p in parts):
        raise UnsupportedLayerError(f"shapes {', '.join(str(p.shape) for p in parts)} do not fit along axis {axis + 1}")
    if len(parts) == 1:
        return plain[0]
    kernel = Concatenate(format_, tuple(p.at.size // pixels for p in plain), pixels)
    value = draft.add(node.name, kernel, *(p.value for p in plain))
    shape = [*parts[0].shape]
    shape[axis] = sum(p.shape[axis] for p in parts)
    return quantized(value, row_major(tuple(shape)), y, held)


def pad(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    """Around an image, with what stands for 0.0."""
    same_grid(node)
    ends = np.array(node.integers_of(1)).reshape(-1, 2).tolist()
    fill = node.taken[2] if len(node.taken) > 2 else None
    values = [] if fill is None or fill.values is None else fill.values.ravel().tolist()
    if fill is not None and values != [node.made[0].grid.zero]:
        raise UnsupportedLayerError(f"it pads with {values or 'what is computed'}; only 0.0 is known")
    if len(x.shape) not in (2, 3) or len(ends) != len(x.shape) + 1 or any(ends[0] + ends[-1]):
        raise UnsupportedLayerError(f"paddings {ends}: only those of an image's rows and columns are known")
    if not any(n for pair in ends for n in pair):
        return x
    sides = [(0, 0), *ends[1:-1]][-2:]
    height, width = (1, *x.shape[:-1])[-2:]
    centred = held_at(draft, f"{node.name}_centre", x, 0)
    (top, bottom), (left, right) = sides
    _check_made(node, (*(n + a + b for n, (a, b) in zip(x.shape[:-1], ends[1:-1], strict=True)), x.shape[-1]))
    geometry = Geometry(height, width, x.shape[-1], before=(top, left), after=(bottom, right))
    return _resized(draft, node, centred, geometry)


def resize_nearest_neighbor(draft: Draft, node: TfliteNode, x: Real, *ignored: object) -> Real:
    """Upsampling by whole factors, where each output pixel is what TFLite's own arithmetic picks."""
    same_grid(node)
    sizes = node.integers_of(1)
    if len(x.shape) != 3 or len(sizes) != 2 or any(to < 1 or to % n for n, to in zip(x.shape, sizes, strict=False)):
        raise UnsupportedLayerError(f"{x.shape[:2]} to {sizes}: only whole factors are known")
    _check_made(node, (*sizes, x.shape[2]))
    for n, to in zip(x.shape, sizes, strict=False):
        if not np.array_equal(_picked(node, n, to), np.arange(to) // (to // n)):
            raise UnsupportedLayerError(f"{n} to {to}: its corners or centres are aligned so that pixels differ")
    repeat = (sizes[0] // x.shape[0], sizes[1] // x.shape[1])
    return _resized(draft, node, x, Geometry(*x.shape, repeat=repeat))


def _picked(node: TfliteNode, n: int, to: int) -> Integers:
    """The input's place for each of the output's, in single precision."""
    corners = bool(node.attributes.get("corners")) and to > 1
    scale = np.float32(n - 1) / np.float32(to - 1) if corners else np.float32(n) / np.float32(to)
    half = np.float32(0.5 if node.attributes.get("centers") else 0)
    at = (np.arange(to).astype(np.float32) + half) * scale
    whole = np.floor(at + np.float32(0.5)) if node.attributes.get("corners") else np.floor(at)
    picked: Integers = np.clip(whole.astype(np.int64), 0, n - 1)
    return picked


def _resized(draft: Draft, node: TfliteNode, x: Real, geometry: Geometry) -> Real:
    x = ordered(draft, node.name, x, row_major(x.shape))
    value = draft.add(node.name, Resize(geometry, x.value.format), x.value)
    return quantized(value, row_major(node.made[0].shape[1:]), node.made[0].grid, held_of(x))


def _check_made(node: TfliteNode, shape: tuple[int, ...]) -> None:
    """Before memory is taken for it."""
    if node.made[0].shape[1:] != shape:
        raise UnsupportedLayerError(f"it makes {shape}, the file says {node.made[0].shape[1:]}")
