"""An hls4ml graph as plain values: all that lowering needs, so that a stored firmware needs no hls4ml or TensorFlow.

``read`` takes a ModelGraph; ``save`` and ``load`` keep its nodes in the FILES of a folder.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.fixedpoint import MAX_WIDTH, Fixed, Integers, Overflow, Rounding, cast, quantize

GRAPH, WEIGHTS = FILES = "graph.json", "graph.npz"

Attribute = int | float | str | tuple[int, ...]

TYPES = ("accum_t", "param_t", "slope_t", "shift_t", "table_t")  # besides the output's and the weights'

MASK = ("signed", "bits", "integer_bits")  # of each value, in the weights of a FixedPointQuantizer

# What the lowerings read, whatever the layer.
ATTRIBUTES = (
    *("data_format", "activation", "activ_param", "slope", "shift", "table_size", "quantize"),
    *("n_in", "n_out", "n_chan", "n_filt", "depth_multiplier"),
    *("in_height", "in_width", "out_height", "out_width"),
    *("filt_height", "filt_width", "pool_height", "pool_width", "stride_height", "stride_width"),
    *("dilation_height", "dilation_width", "pad_top", "pad_bottom", "pad_left", "pad_right"),
    *("pool_op", "count_pad", "op", "axis", "perm", "algorithm", "align_corners"),
    *("RND", "SAT"),
)


@dataclass(frozen=True)
class Cast:
    """An ap_fixed type: assigning to it rounds, then limits."""

    y: Fixed
    rounding: Rounding = Rounding.TRN
    overflow: Overflow = Overflow.WRAP

    def of_reals(self, real: NDArray[np.floating[Any]]) -> Integers:
        return quantize(real, self.y, self.rounding, self.overflow)

    def of_integers(self, x: Integers, x_frac: int) -> Integers:
        return cast(x, x_frac, self.y, self.rounding, self.overflow)


@dataclass(frozen=True, eq=False)
class Node:
    """One layer of the graph, in topological order."""

    name: str
    class_name: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]  # of the output, without the batch
    types: dict[str, Cast]  # result_t, accum_t, weight_t, ...
    weights: dict[str, NDArray[np.float64]]  # weight, bias, scale, threshold, ...
    attributes: dict[str, Attribute] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()  # names that others take it by; none: its own
    binary: tuple[str, ...] = ()  # types of one bit, where 0 stands for -1
    odd_types: dict[str, str] = field(default_factory=dict)  # types that are not fixed point, as hls4ml spells them

    def integer(self, key: str, default: int | None = None) -> int:
        """An attribute that is a whole number."""
        value = self.attributes.get(key, default)
        if not isinstance(value, int):
            raise InputError(f"{self.name}: attribute {key} = {value!r} is no whole number")
        return value

    def word(self, key: str) -> str:
        """An attribute that is text; empty where there is none."""
        return str(self.attributes.get(key, ""))


def read(graph: Any) -> tuple[Node, ...]:
    """The nodes of an hls4ml ModelGraph whose optimizer passes have run."""
    return tuple(_node(layer) for layer in graph.get_layers())


def check_weights(nodes: tuple[Node, ...]) -> None:
    """hls4ml truncates weights into their type without a word: refuse instead. Raises InputError."""
    for node in nodes:
        for key, real in node.weights.items():
            t = node.types.get(f"{key}_t")
            if t and (t.y.real(t.of_reals(real)) != real).any():
                raise InputError(f"{node.name}: some {key} is no value of {t.y}; quantize it or widen the type")


def save(nodes: tuple[Node, ...], folder: Path) -> None:
    arrays: dict[str, Any] = {
        f"{i}/{key}": value for i, node in enumerate(nodes) for key, value in node.weights.items()
    }
    np.savez_compressed(folder / WEIGHTS, **arrays)
    plain = [{key: value for key, value in asdict(node).items() if key != "weights"} for node in nodes]
    (folder / GRAPH).write_text(json.dumps(plain, indent=1) + "\n")


def load(folder: Path) -> tuple[Node, ...]:
    with np.load(folder / WEIGHTS, allow_pickle=False) as archive:
        arrays = dict(archive)
    nodes = []
    for i, plain in enumerate(json.loads((folder / GRAPH).read_text())):
        prefix = f"{i}/"
        weights = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
        types = {key: _cast(value) for key, value in plain.pop("types").items()}
        nodes.append(Node(types=types, weights=weights, **{key: _tuples(value) for key, value in plain.items()}))
    return tuple(nodes)


def _cast(plain: dict[str, Any]) -> Cast:
    return Cast(Fixed(**plain["y"]), Rounding(plain["rounding"]), Overflow(plain["overflow"]))


def _tuples(value: Any) -> Any:
    """JSON knows only lists."""
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _node(layer: Any) -> Node:
    precisions = {key: t.precision for key, t in layer.types.items() if key in TYPES}
    precisions |= {f"{key}_t": weight.type.precision for key, weight in layer.weights.items()}
    precisions["result_t"] = layer.get_output_variable().type.precision
    types = {key: found for key, value in precisions.items() if (found := _fixed_point(value))}
    attributes = {key: layer.get_attr(key) for key in ATTRIBUTES}
    return Node(
        name=layer.name,
        class_name=layer.class_name,
        inputs=tuple(layer.inputs),
        outputs=tuple(layer.outputs),
        shape=tuple(int(n) for n in layer.get_output_variable().shape),
        attributes={key: _plain(value) for key, value in attributes.items() if value is not None},
        types=types,
        binary=tuple(key for key, value in precisions.items() if _is_binary(value)),
        odd_types={key: str(value) for key, value in precisions.items() if key not in types},
        weights={key: np.asarray(weight.data, np.float64) for key, weight in layer.weights.items()} | _mask(layer),
    )


def _mask(layer: Any) -> dict[str, NDArray[np.float64]]:
    """The bits of each value, (1, *shape), of the one kind of layer whose C++ has them beside its type."""
    mask = getattr(layer, "mask_kbi", None)
    return {} if mask is None else {key: np.asarray(part, np.float64) for key, part in zip(MASK, mask, strict=True)}


def _plain(value: Any) -> Attribute:
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(int(n) for n in value)
    if isinstance(value, (bool, np.bool_, np.integer)):
        return int(value)
    return value if isinstance(value, (int, float)) else str(value)


def _is_binary(precision: Any) -> bool:
    return type(precision).__name__.endswith("XnorPrecisionType")


def _fixed_point(precision: Any) -> Cast | None:
    """None for what this project has no word for: powers of two, SAT_ZERO, saturation bits, hundreds of bits."""
    if _is_binary(precision):
        return Cast(Fixed(1, signed=False))
    # Vitis wraps each class into one named AP<class>, so the name's end tells.
    known = type(precision).__name__.endswith(("FixedPrecisionType", "IntegerPrecisionType"))
    if not known or precision.saturation_bits or str(precision.saturation_mode) not in list(Overflow):
        return None
    if not 1 <= precision.width <= MAX_WIDTH:
        return None
    y = Fixed(int(precision.width), int(precision.width - precision.integer), bool(precision.signed))
    return Cast(y, Rounding(str(precision.rounding_mode)), Overflow(str(precision.saturation_mode)))
