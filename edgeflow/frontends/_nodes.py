"""An hls4ml graph as plain values: all that lowering needs, so that a stored firmware needs no hls4ml or TensorFlow.

``read`` takes a ModelGraph; ``save`` and ``load`` keep its nodes as ``graph.json`` and ``graph.npz``.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed, Integers, Overflow, Rounding, cast, quantize

WEIGHTS = ("weight", "bias")


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
    activation: str | None
    types: dict[str, Cast]  # result_t, accum_t, weight_t, bias_t
    odd_types: dict[str, str]  # types that are not fixed point, as hls4ml spells them
    weights: dict[str, NDArray[np.float64]]


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
    np.savez(folder / "graph.npz", **arrays)
    plain = [{key: value for key, value in asdict(node).items() if key != "weights"} for node in nodes]
    (folder / "graph.json").write_text(json.dumps(plain, indent=1) + "\n")


def load(folder: Path) -> tuple[Node, ...]:
    with np.load(folder / "graph.npz", allow_pickle=False) as archive:
        arrays = dict(archive)
    nodes = []
    for i, plain in enumerate(json.loads((folder / "graph.json").read_text())):
        plain["weights"] = {key: arrays[f"{i}/{key}"] for key in WEIGHTS if f"{i}/{key}" in arrays}
        plain["types"] = {key: _cast(value) for key, value in plain["types"].items()}
        plain["inputs"], plain["shape"] = tuple(plain["inputs"]), tuple(plain["shape"])
        nodes.append(Node(**plain))
    return tuple(nodes)


def _cast(plain: dict[str, Any]) -> Cast:
    return Cast(Fixed(**plain["y"]), Rounding(plain["rounding"]), Overflow(plain["overflow"]))


def _node(layer: Any) -> Node:
    precisions = {"result_t": layer.get_output_variable().type.precision}
    if layer.get_attr("accum_t") is not None:
        precisions["accum_t"] = layer.get_attr("accum_t").precision
    precisions |= {f"{key}_t": layer.weights[key].type.precision for key in WEIGHTS if key in layer.weights}
    types = {key: found for key, value in precisions.items() if (found := _fixed_point(value))}
    return Node(
        name=layer.name,
        class_name=layer.class_name,
        inputs=tuple(layer.inputs),
        shape=tuple(int(n) for n in layer.get_output_variable().shape),
        activation=layer.get_attr("activation"),
        types=types,
        odd_types={key: str(value) for key, value in precisions.items() if key not in types},
        weights={key: np.asarray(layer.weights[key].data, np.float64) for key in WEIGHTS if key in layer.weights},
    )


def _fixed_point(precision: Any) -> Cast | None:
    """None for what this project has no word for: Xnor, powers of two, SAT_ZERO, saturation bits."""
    # Vitis wraps each class into one named AP<class>, so the name's end tells.
    known = type(precision).__name__.endswith(("FixedPrecisionType", "IntegerPrecisionType"))
    if not known or precision.saturation_bits or str(precision.saturation_mode) not in list(Overflow):
        return None
    y = Fixed(int(precision.width), int(precision.width - precision.integer), bool(precision.signed))
    return Cast(y, Rounding(str(precision.rounding_mode)), Overflow(str(precision.saturation_mode)))
