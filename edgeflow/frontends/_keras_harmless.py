"""A model's description with nothing in it that names code: plain values, and quantizers that we know."""

import re
from typing import Any

from edgeflow.errors import InputError
from edgeflow.frontends._keras_arch import Plain
from edgeflow.frontends._keras_kinds import ACTIVATIONS, QUANTIZERS

_KNOWN = ACTIVATIONS | QUANTIZERS
_DROPPED = ("regularizer", "constraint")  # of training alone
_WORD = re.compile(r"\w*")
_CALL = re.compile(r"(\w+)\([\w\s=.,'\"+-]*\)")


def harmless(arch: Plain) -> Plain:
    """Raises InputError for an object that it would have to make and does not know."""
    config = arch["config"]
    described = config["layers"] if isinstance(config, dict) else config
    ends = {key: config[key] for key in ("name", "input_layers", "output_layers") if key in config}
    return {"class_name": arch["class_name"], "config": ends | {"layers": [_layer(layer) for layer in described]}}


def _layer(layer: Plain) -> Plain:
    name = str(layer["config"]["name"])
    kept = {"class_name": layer["class_name"].split(">")[-1], "config": _config(layer["config"], name)}
    if "inbound_nodes" in layer:
        calls = [[[*taken[:3], {}] for taken in call] for call in layer["inbound_nodes"]]
        kept |= {"name": name, "inbound_nodes": calls}
    return kept


def _config(config: Plain, layer: str) -> Plain:
    return {key: _value(key, value, layer) for key, value in config.items()}


def _value(key: str, value: Any, layer: str) -> Any:
    if key.endswith(_DROPPED):
        return None
    if key.endswith("initializer"):
        return "zeros"
    if key == "dtype":
        return "float32"
    match value:
        case {"class_name": "__tuple__", "items": [*items]}:
            return [_value("", item, layer) for item in items]
        case {"class_name": str(name), "config": dict(config)} if name.split(">")[-1] in _KNOWN:
            return {"class_name": name.split(">")[-1], "config": _config(config, layer)}
        case dict():
            raise InputError(f"{layer}: {key} is {value.get('class_name', 'an object')}, none of {_choices()}")
        case list():
            return [_value("", item, layer) for item in value]
        case str() if key.endswith(("quantizer", "activation")) and not _known_name(value):
            raise InputError(f"{layer}: {key} = {value!r} is none of {_choices()}")
        case _:
            return value


def _known_name(text: str) -> bool:
    """A bare word is looked up among Keras' functions; QKeras evaluates a call."""
    call = _CALL.fullmatch(text)
    return call.group(1) in _KNOWN if call else bool(_WORD.fullmatch(text))


def _choices() -> str:
    return ", ".join(sorted(_KNOWN))
