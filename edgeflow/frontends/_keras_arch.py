"""A Keras 2 model's architecture as plain data, and a dilated convolution as the wide one that hls4ml knows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edgeflow.errors import InputError

Plain = dict[str, Any]


@dataclass(frozen=True)
class KerasLayer:
    """One layer of the document."""

    name: str
    kind: str  # class name, without the package it was registered for
    config: Plain
    inputs: tuple[str, ...]  # layers it takes at its first call
    calls: int
    followers: list["KerasLayer"] = field(default_factory=list, compare=False, repr=False)


def document(model: Any) -> Plain:
    """What ``model.to_json`` says. Raises InputError for a subclassed model, which says nothing."""
    if not model.built:
        raise InputError(f"{model.name}: no shapes yet; give its first layer an input_shape, or call it once")
    try:
        found: Plain = json.loads(model.to_json())
    except NotImplementedError:
        raise InputError(
            f"{model.name}: a subclassed model says not what it computes; build a functional one"
        ) from None
    return found


def layers_of(arch: Plain) -> list[KerasLayer]:
    """The layers in order, each with those that take its output."""
    described = arch["config"]["layers"] if isinstance(arch["config"], dict) else arch["config"]
    chained = arch["class_name"] == "Sequential"
    layers: list[KerasLayer] = []
    for layer in described:
        nodes = layer.get("inbound_nodes", [])
        inputs = tuple(_taken(nodes[0])) if nodes else ()
        if chained and layers:
            inputs = (layers[-1].name,)
        kind = layer["class_name"].split(">")[-1]
        layers.append(KerasLayer(layer["config"]["name"], kind, layer["config"], inputs, max(1, len(nodes))))
    named = {layer.name: layer for layer in layers}
    for layer in layers:
        for name in layer.inputs:
            if name in named:
                named[name].followers.append(layer)
    return layers


def _taken(node: Any) -> Iterator[str]:
    """Names in a call's arguments, however nested."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str) and isinstance(node[1], int):
            yield node[0]
            return
        for inner in node:
            yield from _taken(inner)


def without_dilation(arch: Plain) -> tuple[Plain, dict[str, tuple[int, ...]]]:
    """The same architecture with kernels as wide as their dilation makes them, and the dilations by layer name."""
    arch = json.loads(json.dumps(arch))
    rates: dict[str, tuple[int, ...]] = {}
    for layer in arch["config"]["layers"] if isinstance(arch["config"], dict) else arch["config"]:
        config = layer["config"]
        rate = tuple(config.get("dilation_rate", ()))
        if any(r != 1 for r in rate):
            rates[config["name"]] = rate
            config["kernel_size"] = [(n - 1) * r + 1 for n, r in zip(config["kernel_size"], rate, strict=True)]
            config["dilation_rate"] = [1] * len(rate)
    return arch, rates


def stuffed(kernel: Any, rate: tuple[int, ...]) -> Any:
    """A kernel (taps..., channels, outputs) with the zeros between its taps that a dilation means."""
    sizes = [(n - 1) * r + 1 for n, r in zip(kernel.shape, rate, strict=False)]
    wide = np.zeros((*sizes, *kernel.shape[len(rate) :]), kernel.dtype)
    wide[tuple(slice(None, None, r) for r in rate)] = kernel
    return wide
