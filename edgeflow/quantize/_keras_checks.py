"""Which Keras layers have a twin in ONNX here, and why another has none."""

from edgeflow.frontends._keras_arch import KerasLayer

KINDS = (
    *("InputLayer", "Dense", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "Activation", "ReLU", "Softmax"),
    *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "Flatten", "Add", "Dropout"),
)
ACTIVATIONS = ("linear", "relu", "relu6", "softmax")


def why_not(layer: KerasLayer) -> str:
    """Empty for a layer that can be taken over."""
    config = layer.config
    if layer.kind not in KINDS:
        quantized = layer.kind.startswith("Q") and layer.kind[1:] in (*KINDS, "Activation")
        return "quantized already" if quantized else f"known are {', '.join(sorted(KINDS))}"
    if layer.calls > 1:
        return "called several times; give each call its own layer"
    if config.get("activation", "linear") not in ACTIVATIONS:
        return f"activation {config['activation']!r} is none of {', '.join(ACTIVATIONS)}"
    if config.get("data_format", "channels_last") != "channels_last":
        return "channels first; Keras computes on channels last here"
    if layer.kind == "ReLU" and (config.get("negative_slope") or config.get("threshold")):
        return "a negative slope or a threshold; only max_value is known"
    if config.get("keepdims"):
        return "keepdims; flatten instead"
    if layer.kind == "Add" and len(layer.inputs) != 2:
        return f"{len(layer.inputs)} inputs; two are known"
    return ""
