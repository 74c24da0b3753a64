"""What hls4ml's ``BitExact`` pass does not know or gets wrong: types behind padding, upsampling, folded batch norms,
concatenation, saturation of HGQ2's quantizers.
"""

from typing import Any

import numpy as np
from hls4ml.model.layers import Concatenate, Conv2D, Conv2DBatchnorm, Resize, ZeroPadding1D, ZeroPadding2D
from hls4ml.model.optimizer.passes import bit_exact
from hls4ml.model.optimizer.passes.hgq_proxy_model import FixedPointQuantizer
from hls4ml.model.types import NamedType

Kif = tuple[Any, ...]  # of each value: signed, integer bits, fraction bits


_narrowed = bit_exact._produce_kif.dispatch(FixedPointQuantizer)


def complete() -> None:
    """Register them; more than once changes nothing."""
    for kind, produced in _PRODUCED.items():
        bit_exact._produce_kif.register(kind, produced)
    bit_exact._request_kif.register(Concatenate, _requested_of_parts)
    bit_exact.register_precision.register(Resize, _same_type)


def _padded(layer: Any) -> Kif:
    """Zeros need no bits."""
    return tuple(bit_exact.pad_arrs(layer, 0, *bit_exact.get_input_kifs(layer)[0]))


def _resized(layer: Any) -> Kif:
    kif, out = bit_exact.get_input_kifs(layer)[0], bit_exact.get_output_shape(layer)
    for axis, repeated in enumerate(out):
        kif = tuple(np.repeat(part, repeated // part.shape[axis], axis) for part in kif)
    return tuple(kif)


def _same_type(layer: Any) -> None:
    """hls4ml's C++ resizes within one type."""
    type_ = bit_exact.get_input_layers(layer)[0].get_output_variable().type
    layer.attributes["result_t"] = layer.get_output_variable().type = NamedType(f"{layer.name}_t", type_.precision)


def _convolved(layer: Any) -> Kif:
    """Its weights are folded already; only its name keeps hls4ml from taking it for the convolution that it is."""
    produced: Kif = bit_exact._produce_kif.dispatch(Conv2D)(_Named(layer, "Conv2D"))
    return produced


def _concatenated(layer: Any) -> Kif:
    parts = zip(*bit_exact.get_input_kifs(layer), strict=True)
    return tuple(np.concatenate(part, axis=_axis(layer)) for part in parts)


def _requested_of_parts(layer: Any) -> tuple[Kif, ...]:
    axis = _axis(layer)
    at = [bit_exact.get_input_shapes(layer)[0][axis]]
    halves = [np.split(part, at, axis=axis) for part in bit_exact.requested_kif(layer)]
    return tuple(zip(*halves, strict=True))


def _quantized(layer: Any) -> Kif:
    """Saturated to ``2**i - 2**-f``, a value has f fraction bits even where its input has fewer: hls4ml would drop
    them. What it does for wrapping ones, narrowing only where nothing overflows, is right for both."""
    mode, layer.SAT = layer.SAT, "WRAP"
    try:
        return tuple(_narrowed(layer))
    finally:
        layer.SAT = mode


def _axis(layer: Any) -> int:
    """Without the batch, which Keras counts as axis 0."""
    axis = int(layer.attributes["axis"])
    return axis - 1 if axis > 0 else axis


class _Named:
    """A layer under the name of another kind."""

    def __init__(self, layer: Any, class_name: str):
        self._layer = layer
        self.class_name = class_name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)


_PRODUCED = {
    ZeroPadding1D: _padded,
    ZeroPadding2D: _padded,
    Resize: _resized,
    Conv2DBatchnorm: _convolved,
    Concatenate: _concatenated,
    FixedPointQuantizer: _quantized,
}
