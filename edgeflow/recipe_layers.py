"""The layers that a recipe can name, float and quantized; which one an item is, its key tells.

34 or {units: 34}                   dense (the bare number in float networks only)
{filters: 8, kernel: 3}             convolution
{depthwise: 3}                      depthwise convolution
{pool: max, size: 2}                pooling over windows that do not overlap
{global_pool: average}              pooling over the whole image
{residual: [{depthwise: 3}, ...]}   relu(x + layers(x)), or another activation

Of a series, samples of (length, channels), they are the same: windows lie along time.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

Count = Annotated[int, Field(ge=1, le=4096)]
Side = Annotated[int, Field(ge=1, le=31)]  # of a window, pixels
Bits = Annotated[int, Field(ge=1, le=16)]
BiasBits = Annotated[int, Field(ge=2, le=16)]
Padding = Literal["valid", "same"]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Dense(Section):
    """Flattens an image before it: row, column, channel."""

    units: Count


class Conv(Section):
    filters: Count
    kernel: Side
    stride: Side = 1
    padding: Padding = "valid"


class Depthwise(Section):
    """One kernel for each channel; ``depthwise`` is its size."""

    depthwise: Side
    stride: Side = 1
    padding: Padding = "valid"


class Pool(Section):
    """Windows side by side; rows and columns that fill no window are left out."""

    pool: Literal["max", "average"]
    size: Annotated[int, Field(ge=2, le=31)]


class GlobalPool(Section):
    global_pool: Literal["max", "average"]


class Weighted(Section):
    """How weights are quantized: to [-1, 1), signed; one bit is -1/2 or 1/2."""

    weight_bits: Bits = 4
    bias_bits: BiasBits = 6


class Normalized(Section):
    """``batch_norm`` stands behind the layer's sums and takes the place of its bias."""

    batch_norm: bool = False


class Activated(Section):
    """What is behind a layer, quantized; with i = ``activation_integer_bits``:

    relu       unsigned, [0, 2**i)
    hard_tanh  signed, [-2**i, 2**i)
    bipolar    one bit, -2**i or 2**i; i = 0 unless told
    """

    activation: Literal["relu", "hard_tanh", "bipolar"] = "relu"
    activation_bits: Bits = 4
    activation_integer_bits: Annotated[int, Field(ge=0, le=8)] = 2

    @model_validator(mode="before")
    @classmethod
    def _one_bit(cls, value: Any) -> Any:
        bipolar = isinstance(value, dict) and value.get("activation") == "bipolar"
        return {"activation_bits": 1, "activation_integer_bits": 0} | value if bipolar else value

    @model_validator(mode="after")
    def _bits_fit(self) -> "Activated":
        integer, total = self.activation_integer_bits, self.activation_bits
        if self.activation == "bipolar" and total != 1:
            raise ValueError(f"activation_bits = {total}, but bipolar is one bit; leave it out")
        if self.activation == "hard_tanh" and integer >= total:
            raise ValueError(f"activation_integer_bits = {integer} leaves no sign of activation_bits = {total}")
        if self.activation == "relu" and integer > total:
            raise ValueError(f"activation_integer_bits = {integer} exceeds activation_bits = {total}")
        return self


class QuantizedDense(Activated, Normalized, Weighted, Dense):
    pass


class QuantizedConv(Activated, Normalized, Weighted, Conv):
    pass


class QuantizedDepthwise(Activated, Normalized, Weighted, Depthwise):
    pass


class OutputLayer(Weighted):
    """The dense layer that makes the logits."""


KEYS = {"units": "Dense", "filters": "Conv", "depthwise": "Depthwise", "pool": "Pool", "global_pool": "GlobalPool",
        "residual": "Residual"}  # fmt: skip


def _told_by(what: str, keys: Iterable[str], prefix: str = "") -> Discriminator:
    """Chooses the branch that an item means, a misspelt key included. Tags are no text that could be a key."""

    def tag(value: Any) -> str | None:
        named = [str(key) for key in (value if isinstance(value, dict) else getattr(value, "model_fields_set", ()))]
        told = [key for key in KEYS if key in named] or [n for key in named for n in get_close_matches(key, KEYS, 1)]
        return f"<{prefix}{KEYS[told[0]]}>" if told else None

    message = f"{what} is told by one of its keys: {', '.join(keys)}"
    return Discriminator(tag, custom_error_type="no_layer", custom_error_message=message)


def _units(value: Any) -> Any:
    return value if isinstance(value, (dict, BaseModel)) else {"units": value}


BRANCH_KEYS = ("units", "filters", "depthwise")

FloatBranch = Annotated[
    Annotated[Dense, Tag("<Dense>")] | Annotated[Conv, Tag("<Conv>")] | Annotated[Depthwise, Tag("<Depthwise>")],
    _told_by("a layer of a residual block", BRANCH_KEYS),
    BeforeValidator(_units),
]
QuantizedBranch = Annotated[
    Annotated[QuantizedDense, Tag("<QuantizedDense>")]
    | Annotated[QuantizedConv, Tag("<QuantizedConv>")]
    | Annotated[QuantizedDepthwise, Tag("<QuantizedDepthwise>")],
    _told_by("a layer of a residual block", BRANCH_KEYS, "Quantized"),
]


class Residual(Section):
    """The last layer of the branch has no activation of its own: the sum's is behind both."""

    residual: list[FloatBranch] = Field(min_length=1, max_length=8)


class QuantizedResidual(Activated):
    """As ``Residual``; the activation bits are the sum's."""

    residual: list[QuantizedBranch] = Field(min_length=1, max_length=8)


FloatLayer = Annotated[
    Annotated[Dense, Tag("<Dense>")]
    | Annotated[Conv, Tag("<Conv>")]
    | Annotated[Depthwise, Tag("<Depthwise>")]
    | Annotated[Pool, Tag("<Pool>")]
    | Annotated[GlobalPool, Tag("<GlobalPool>")]
    | Annotated[Residual, Tag("<Residual>")],
    _told_by("a layer", KEYS),
    BeforeValidator(_units),
]
QuantizedLayer = Annotated[
    Annotated[QuantizedDense, Tag("<QuantizedDense>")]
    | Annotated[QuantizedConv, Tag("<QuantizedConv>")]
    | Annotated[QuantizedDepthwise, Tag("<QuantizedDepthwise>")]
    | Annotated[Pool, Tag("<QuantizedPool>")]
    | Annotated[GlobalPool, Tag("<QuantizedGlobalPool>")]
    | Annotated[QuantizedResidual, Tag("<QuantizedResidual>")],
    _told_by("a layer", KEYS, "Quantized"),
]
Layer = Dense | Conv | Depthwise | Pool | GlobalPool | Residual | QuantizedResidual | OutputLayer
MODELS: list[type[Section]] = [
    Dense, Conv, Depthwise, Pool, GlobalPool, Residual,
    QuantizedDense, QuantizedConv, QuantizedDepthwise, QuantizedResidual,
]  # fmt: skip
TAGS = {f"<{model.__name__}>": model for model in MODELS} | {
    "<QuantizedPool>": Pool,
    "<QuantizedGlobalPool>": GlobalPool,
}
