"""Keras 2 models from a description that holds nothing but layers and quantizers we know (see _keras_harmless)."""

from pathlib import Path

from edgeflow.frontends._keras_arch import Plain
from edgeflow.frontends._keras_kinds import ACTIVATIONS, QUANTIZERS, WEIGHTED
from edgeflow.training._keras import keras  # sets TF_USE_LEGACY_KERAS before the first import of TensorFlow

import qkeras  # isort: skip


def build(arch: Plain, weights: Path) -> keras.Model:
    """The model that ``arch`` describes, with the arrays of an HDF5 file. Raises what Keras raises."""
    known = {name: getattr(qkeras, name) for name in (*WEIGHTED, "QActivation", *ACTIVATIONS, *QUANTIZERS)}
    kind = keras.Sequential if arch["class_name"] == "Sequential" else keras.Model
    model = kind.from_config(arch["config"], custom_objects=known)
    model.load_weights(str(weights))
    return model
