"""PyTorch behind what makes it reproducible: one thread, deterministic algorithms. Others take ``torch`` from here.

Also what every model needs: inference in parts, and weights in the layout's convention, which is Keras's.
"""

import re
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import version
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow import _triton
from edgeflow.errors import MissingToolError
from edgeflow.recipe_layout import Shape
from edgeflow.training._trained import LayerWeights, State, Weights

EXTRA = ("torch", "brevitas", "onnxoptimizer")

_triton.keep_out()
try:
    for package in EXTRA:
        version(package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Brevitas tells of packages that would make it faster
        import_module("brevitas.export")
    import torch
    from torch import nn
    from torch.nn import Module
except ModuleNotFoundError as error:
    missing = f'framework brevitas: no package {error.name}; pip install "edgeflow[brevitas]"'
    raise MissingToolError(missing) from None

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

Array = NDArray[Any]
WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d)
KERNELS = ("dense_", "conv_", "depthwise_")  # names of layers whose ``weight`` is a kernel
LAYER = re.compile(r"input_quantizer|[a-z_]+_\d+")  # a module that has its name from the layout
CHUNK_VALUES = 2**20  # of the inputs that inference holds at once; a layer's outputs are some tens of times as many


class Network(nn.Sequential):
    """Layers by name, for samples of ``shape``."""

    def __init__(self, shape: Shape, layers: Iterable[tuple[str, Module]]):
        super().__init__(OrderedDict(layers))
        self.shape = shape

    def ends(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the output layer takes, and what it makes."""
        *layers, output = self
        for layer in layers:
            x = layer(x)
        return getattr(x, "value", x), output(x)


def logits_of(model: Network, x: Array) -> Array:
    """Inference on samples (samples, features), in parts of bounded memory."""
    model.eval()
    rows = max(1, CHUNK_VALUES // prod(model.shape))
    with torch.inference_mode():
        parts = [model(shaped(x[i : i + rows], model.shape)) for i in range(0, len(x), rows)]
    return torch.cat(parts).numpy()


def hidden_of(model: Network, x: Array) -> Array:
    """What the output layer takes, (samples, values)."""
    layers = list(model.named_children())[:-1]
    return logits_of(Network(model.shape, [*layers, ("value", Value())]), x)


class Value(Module):
    """Of a quantized tensor that carries its scale."""

    def forward(self, x: Any) -> torch.Tensor:
        return getattr(x, "value", x)


def shaped(x: Array, shape: Shape) -> torch.Tensor:
    """Flat samples as the model takes them: images and series channels first."""
    return torch.from_numpy(np.ascontiguousarray(x)).reshape(len(x), *shape).movedim(-1, 1).contiguous()


def initialize(model: Network, seed: int) -> Network:
    """He-normal kernels from numpy's generator; biases zero, batch norms and scales as they are made."""
    random = np.random.default_rng(seed)
    for layer in weighted(model).values():
        fan_in = prod(layer.weight.shape[1:])
        kernel = random.normal(0, np.sqrt(2 / fan_in), tuple(layer.weight.shape)).astype(np.float32)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(kernel))
            if layer.bias is not None:
                layer.bias.zero_()
    return model


def weighted(model: Module) -> dict[str, Any]:
    """The layers with kernels, by their names in the layout."""
    return {name.split(".")[-1]: layer for name, layer in model.named_modules() if isinstance(layer, WEIGHTED)}


def weights_of(model: Module) -> Weights:
    """A float network's weights by layer name, in the layout's convention."""
    return {name: LayerWeights(_kernel(layer), _array(layer.bias)) for name, layer in weighted(model).items()}


def with_weights(model: Network, weights: Weights) -> Network:
    """Set kernels, and biases where the layer has one."""
    layers = weighted(model)
    with torch.no_grad():
        for name, (kernel, bias) in weights.items():
            layer = layers[name]
            layer.weight.copy_(as_stored(kernel, layer))
            if layer.bias is not None:
                layer.bias.copy_(_tensor(bias))
    return model


def with_norm(model: Network, name: str, gamma: Array, beta: Array, mean: Array, variance: Array) -> None:
    """Set a batch norm, by channel."""
    norm = _named(model, [name])[name]
    with torch.no_grad():
        parts = (norm.weight, norm.bias, norm.running_mean, norm.running_var)
        for part, values in zip(parts, (gamma, beta, mean, variance), strict=True):
            part.copy_(_tensor(values))


def outputs_of(model: Network, x: Array, names: Sequence[str]) -> dict[str, Array]:
    """What layers make of samples, (rows, channels), by their names in the layout."""
    made: dict[str, list[torch.Tensor]] = {name: [] for name in names}

    def keep(name: str) -> Any:
        return lambda module, inputs, y: made[name].append(getattr(y, "value", y))

    hooks = [layer.register_forward_hook(keep(name)) for name, layer in _named(model, names).items()]
    try:
        logits_of(model, x)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: torch.cat([y.movedim(1, -1).flatten(0, -2) for y in parts]).numpy() for name, parts in made.items()}


def quantized_kernels(model: Module) -> dict[str, Array]:
    """A student's, in the layout's convention."""
    layers = weighted(model)
    return {name: _array(layer.quant_weight().value).transpose(_axes(layer)) for name, layer in layers.items()}


def state_of(model: Module) -> State:
    """All that the model is made of, by PyTorch's names."""
    return {name: _array(tensor) for name, tensor in model.state_dict().items()}


def with_state(model: Network, state: State) -> Network:
    model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    return model


def latent_of(model: Network) -> State:
    """All that the model is made of, by ``layer/part``; kernels in the layout's convention."""
    kernels = {f"{name}/kernel": _kernel(layer) for name, layer in weighted(model).items()}
    return {(key := _key(path)): kernels.get(key, _array(tensor)) for path, tensor in model.state_dict().items()}


def with_latent(model: Network, latent: State) -> Network:
    """Set what ``latent_of`` gave; what the model has besides stays as it is made."""
    layers, state = weighted(model), model.state_dict()
    for path in state:
        if (key := _key(path)) in latent:
            name, part = key.split("/")
            array = latent[key]
            state[path] = as_stored(array, layers[name]) if part == "kernel" else torch.from_numpy(np.array(array))
    model.load_state_dict(state)
    return model


def as_stored(kernel: Array, layer: Any) -> torch.Tensor:
    """A kernel of the layout's convention in PyTorch's."""
    return torch.from_numpy(np.array(kernel.transpose(np.argsort(_axes(layer))), order="C"))


def _key(path: str) -> str:
    """``add_0.branch.conv_1.weight`` is ``conv_1/kernel``; parts of a layer's own modules keep their dots."""
    parts = path.split(".")
    at = max(i for i, part in enumerate(parts) if LAYER.fullmatch(part))
    name, part = parts[at], ".".join(parts[at + 1 :])
    return f"{name}/kernel" if part == "weight" and name.startswith(KERNELS) else f"{name}/{part}"


def _kernel(layer: Any) -> Array:
    return _array(layer.weight).transpose(_axes(layer))


def _axes(layer: Any) -> tuple[int, ...]:
    """(outputs, inputs) as (inputs, outputs); (out, in, height, width) as (height, width, in, out); a depthwise kernel
    (channels, 1, height, width) as (height, width, channels, 1); of a series without the height."""
    own = tuple(range(2, layer.weight.ndim))
    return (*own, 0, 1) if getattr(layer, "groups", 1) > 1 else (*own, 1, 0)


def _named(model: Module, names: Sequence[str]) -> dict[str, Any]:
    layers = {name.split(".")[-1]: layer for name, layer in model.named_modules()}
    return {name: layers[name] for name in names}


def _tensor(values: Array) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values))


def _array(tensor: torch.Tensor) -> Array:
    return tensor.detach().numpy().copy()
