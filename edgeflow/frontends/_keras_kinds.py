"""Which Keras and QKeras layers come through hls4ml exactly, and what to use for those that do not."""

WEIGHTED = {  # kind -> whose weights have a quantizer of their own
    "QDense": ("kernel",),
    "QConv1D": ("kernel",),
    "QConv2D": ("kernel",),
    "QConv2DBatchnorm": ("kernel",),
    "QDepthwiseConv2D": ("depthwise",),
    "QSeparableConv1D": ("depthwise", "pointwise"),
    "QSeparableConv2D": ("depthwise", "pointwise"),
}
FLOAT = {kind.removeprefix("Q") for kind in WEIGHTED} - {"Conv2DBatchnorm"} | {"DepthwiseConv1D"}
AVERAGES = {"AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D"}
MERGES = {"Add", "Subtract", "Multiply", "Maximum", "Minimum", "Average", "Concatenate"}
PLAIN = {
    *("InputLayer", "QActivation", "Activation", "ReLU", "LeakyReLU", "Softmax", "BatchNormalization", "Dropout"),
    *("MaxPooling1D", "MaxPooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"),
    *("Flatten", "Reshape", "Permute", "ZeroPadding1D", "ZeroPadding2D", "UpSampling1D", "UpSampling2D"),
}
KINDS = set(WEIGHTED) | FLOAT | AVERAGES | MERGES | PLAIN

QUANTIZERS = {"quantized_bits", "binary", "ternary"}  # of weights
ACTIVATIONS = {"quantized_relu", "quantized_bits", "quantized_tanh", "quantized_sigmoid", "binary", "ternary"}

_RECURRENT = "recurrent: only feed-forward networks have hardware here"
_NESTED = "a model inside the model: build one flat model"
_QUANTIZED_POOL = "hls4ml does not know it: use the pooling layer without Q, then a QActivation"
INSTEAD = {
    "Lambda": "holds code, which is neither run nor translated: write it with layers",
    "TFOpLambda": "a bare TensorFlow function: write it with layers",
    "SlicingOpLambda": "a bare TensorFlow function: write it with layers",
    "QBatchNormalization": "hls4ml ignores its quantizers: use QConv2DBatchnorm, or fold it before fine-tuning",
    "QAveragePooling2D": _QUANTIZED_POOL,
    "QGlobalAveragePooling2D": _QUANTIZED_POOL,
    "MultiHeadAttention": "attention has no hardware here",
    "Attention": "attention has no hardware here",
    "AdditiveAttention": "attention has no hardware here",
    **dict.fromkeys(("Functional", "Sequential", "Model"), _NESTED),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "QSimpleRNN", "QLSTM", "QGRU", "RNN", "Bidirectional"), _RECURRENT),
}


def unknown(kind: str) -> str:
    """Why a kind that is none of KINDS is refused."""
    return INSTEAD.get(kind, f"no exact hardware for this kind of layer; there is for {', '.join(sorted(KINDS))}")
