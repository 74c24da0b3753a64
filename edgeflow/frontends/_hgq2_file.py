"""A Keras 3 file read as plain data: Keras may load it only if all it names is Keras' own or HGQ2's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeflow.errors import InputError
from edgeflow.frontends._keras_file import described

# Layers without numbers of their own; those that compute are HGQ2's.
KERAS_LAYERS = {"InputLayer", "Flatten", "Reshape", "Permute", "ReLU", "Activation", "Dropout"}
KERAS_LAYERS |= {"MaxPooling1D", "MaxPooling2D", "ZeroPadding1D", "ZeroPadding2D", "Concatenate"}
CLASSES = {
    "keras.layers": KERAS_LAYERS,
    "keras": {"Functional", "Sequential", "DTypePolicy"},
    "keras.src.models.functional": {"Functional"},  # as Keras spells a model that is no Sequential
}
HARMLESS_MODULES = ("keras.initializers", "keras.regularizers", "keras.constraints")
PLAIN = ("__tuple__", "__keras_tensor__")  # Keras' words for values
FUNCTIONS = {"relu", "linear"}


def refuse_strangers(path: Path) -> None:
    """Raises InputError for a file of Keras 2, and for every object in it that is not of the lists above."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    arch, saved_by = described(path)
    if not saved_by.startswith("3"):
        raise InputError(f"{path}: saved by Keras {saved_by}; HGQ2 saves by Keras 3, and QKeras is no import format")
    kept = {key: value for key, value in arch.items() if key != "compile_config"}  # it is never compiled
    if found := sorted(set(_strangers(kept))):
        raise InputError(
            f"{path}: saved by Keras {saved_by}, names {', '.join(found)}; only HGQ2's objects, keras.layers "
            f"{', '.join(sorted(KERAS_LAYERS))} and Keras' initializers, regularizers and constraints are loaded"
        )
    if not any(str(item.get("module")).startswith("hgq.layers") for item in _objects(kept)):
        raise InputError(f"{path}: saved by Keras {saved_by}, has no HGQ2 layer; only quantized models become hardware")


def _strangers(value: Any) -> Iterator[str]:
    for item in _objects(value):
        if not _known(item):
            yield f"{item.get('module')}.{item['class_name']}"
    yield from (f"function {name!r}" for name in _functions(value) if name not in FUNCTIONS)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every description of an object, however nested."""
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        for inner in value.values():
            yield from _objects(inner)


def _functions(value: Any) -> Iterator[str]:
    """Activations are named by bare words, which Keras looks up among whatever was registered."""
    if isinstance(value, list):
        for inner in value:
            yield from _functions(inner)
    if isinstance(value, dict):
        if isinstance(value.get("activation"), str):
            yield value["activation"]
        for inner in value.values():
            yield from _functions(inner)


def _known(item: dict[str, Any]) -> bool:
    module, name, registered = str(item.get("module")), str(item["class_name"]), item.get("registered_name")
    if name in PLAIN:
        return True
    if re.fullmatch(r"hgq(\.\w+)+", module):
        return bool(registered == f"hgq>{name}")
    if registered not in (None, name) or not re.fullmatch(r"[A-Z]\w*", name):
        return False
    return module in HARMLESS_MODULES or name in CLASSES.get(module, ())
