"""Network to Design: choose a unit for each layer, put gears between them, and write the top module.

Consecutive unrolled layers become one flat pipeline; folded layers are library modules. Latency and interval follow
from the units' beat times, without simulation.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from math import gcd
from typing import Literal

from edgeflow.errors import InputError
from edgeflow.kernels._cost import Cost
from edgeflow.kernels._unit import Fold, Unit, hardware
from edgeflow.kernels.dense import Dense, legal_folds
from edgeflow.network.network import Layer, Network
from edgeflow.rtl import library
from edgeflow.rtl.delays import ECP5_SPEED_6, Delays
from edgeflow.rtl.design import Design, Stream
from edgeflow.rtl.gears import gears
from edgeflow.rtl.names import checked_module_name
from edgeflow.rtl.top import top_module
from edgeflow.rtl.unrolled import unrolled_unit

Shape = Fold | Literal["unrolled"]
Folding = Literal["unrolled", "folded"] | Mapping[str, Fold | Literal["unrolled", "folded"]]

FOLDED_LANES = 4  # "folded" alone means up to 4 x 4: one block memory wide, few multipliers


def generate(network: Network, folding: Folding, clock_mhz: float, delays: Delays = ECP5_SPEED_6) -> Design:
    """The design of ``network``. ``folding`` is one word for all dense layers or names them one by one.

    Raises InputError for a name that cannot be a module's, a layer that is not there or a fold that does not divide it.
    """
    checked_module_name(network.name)
    shapes = layer_shapes(network, folding)
    units: list[Unit] = []
    made: dict[str, str] = {}
    for shape, group in groupby(zip(network.layers, shapes, strict=True), key=lambda pair: pair[1] == "unrolled"):
        members = list(group)
        layers = [layer for layer, _ in members]
        if shape:
            module = f"{network.name}_unrolled_{len(made)}"
            unit, text = unrolled_unit(module, layers, clock_mhz, delays)
            made[f"{module}.sv"] = text
            _append(units, unit, layers[0])
        else:
            for layer, fold in members:
                _append(units, hardware(layer).unit(_fold(fold)), layer)
    return _design(network, units, made)


def layer_shapes(network: Network, folding: Folding) -> list[Shape]:
    """The shape of every layer: a dense layer's own, any other's that of the dense layer before it (or after)."""
    _check_names(network, folding)
    own = [_own_shape(layer, folding) if isinstance(layer.kernel, Dense) else None for layer in network.layers]
    default: Shape = "unrolled" if folding != "folded" else Fold(1, 1)
    following = next((s for s in own if s is not None), default)
    shapes: list[Shape] = []
    for layer, shape in zip(network.layers, own, strict=True):
        if shape is None:
            before = shapes[-1] if any(own[: len(shapes)]) else _input_lanes(following)
            shapes.append(_dividing(before, layer.kernel.in_features))
        else:
            shapes.append(shape)
    return shapes


def _input_lanes(shape: Shape) -> Shape:
    return shape if shape == "unrolled" else Fold(shape.simd, shape.simd)


def _dividing(shape: Shape, features: int) -> Shape:
    """As many lanes of ``shape`` as divide ``features``: an argmax before may have left one value."""
    return shape if shape == "unrolled" else Fold(gcd(shape.pe, features), shape.simd)


def _own_shape(layer: Layer, folding: Folding) -> Shape:
    wanted = folding if isinstance(folding, str) else folding.get(layer.name, "unrolled")
    if wanted != "folded":
        return wanted
    kernel = layer.kernel
    sides = kernel.out_features, kernel.in_features
    return Fold(*(max(n for n in legal_folds(features) if n <= FOLDED_LANES) for features in sides))


def _check_names(network: Network, folding: Folding) -> None:
    dense = [layer.name for layer in network.layers if isinstance(layer.kernel, Dense)]
    unknown = [] if isinstance(folding, str) else [name for name in folding if name not in dense]
    if unknown:
        raise InputError(f"folding: no dense layer {', '.join(map(repr, unknown))}; there are {', '.join(dense)}")


def _fold(shape: Shape) -> Fold:
    assert isinstance(shape, Fold), "unrolled layers are grouped before"
    return shape


def _append(units: list[Unit], unit: Unit, layer: Layer) -> None:
    if units:
        units += gears(layer.kernel.in_features, layer.kernel.x.width, units[-1].out_lanes, unit.in_lanes)
    units.append(unit)


def _design(network: Network, units: list[Unit], made: dict[str, str]) -> Design:
    s_axis = Stream(network.input, network.in_features, units[0].in_lanes)
    m_axis = Stream(network.output, network.out_features, units[-1].out_lanes)
    files = {
        f"{i}.{parameter}": f"{network.name}_{i}_{_snake(parameter)}.hex"
        for i, unit in enumerate(units)
        for parameter in unit.memories
    }
    memories = {files[f"{i}.{p}"]: text for i, unit in enumerate(units) for p, text in unit.memories.items()}
    used = [u.module for u in units if f"{u.module}.sv" not in made]
    used += [module for text in made.values() for module in library.uses(text)]
    sources = {f"{m}.sv": library.source(m) for m in library.closure(used)} | made
    latency = beat_latency(units, s_axis)
    interval = max(unit.interval_cycles for unit in units)
    sources[f"{network.name}.sv"] = top_module(network.name, units, s_axis, m_axis, latency, interval, files)
    cost = sum((unit.cost for unit in units), Cost())
    return Design(network.name, sources, memories, s_axis, m_axis, latency, interval, cost)


def beat_latency(units: list[Unit], s_axis: Stream) -> int:
    """Cycles from the first input beat accepted to the last output beat valid, from the units' beat times."""
    times = list(range(s_axis.beats))
    for unit in units:
        times = unit.beat_times(times)
    return times[-1]


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
