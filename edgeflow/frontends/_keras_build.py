"""Keras 2 models from a description that holds nothing but layers and quantizers we know (see _keras_harmless)."""

from pathlib import Path
from typing import Any

from edgeflow.frontends._keras_arch import Plain
from edgeflow.frontends._keras_kinds import ACTIVATIONS, QUANTIZERS, WEIGHTED
from edgeflow.training._keras import keras  # sets TF_USE_LEGACY_KERAS before the first import of TensorFlow

import qkeras  # isort: skip


def build(arch: Plain, weights: Path) -> keras.Model:
    """The model that ``arch`` describes, with the arrays of an HDF5 file. Raises what Keras raises."""
    kind = keras.Sequential if arch["class_name"] == "Sequential" else keras.Model
    layers = {name: getattr(qkeras, name) for name in (*WEIGHTED, "QActivation")}
    model = kind.from_config(_live(arch["config"]), custom_objects=layers)
    model.load_weights(str(weights))
    return model


def _live(value: Any) -> Any:
    """With quantizers made: Keras would look for their classes by itself, in more places than ours."""
    match value:
        case {"class_name": name, "config": config} if name in ACTIVATIONS | QUANTIZERS:
            return getattr(qkeras, name)(**config)
        case dict():
            return {key: _live(inner) for key, inner in value.items()}
        case list():
            return [_live(inner) for inner in value]
        case _:
            return value
