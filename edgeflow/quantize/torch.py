"""A float PyTorch module as the ONNX file that ``edgeflow quantize`` takes."""

import warnings
from pathlib import Path

from edgeflow import _triton

_triton.keep_out()
try:
    import torch
except ModuleNotFoundError as error:
    from edgeflow.errors import MissingToolError

    raise MissingToolError(f'no package {error.name}; pip install "edgeflow[brevitas]"') from None

OPSET = 13


def to_onnx(module: "torch.nn.Module", shape: tuple[int, ...], path: Path) -> Path:
    """Write a module that takes samples (samples, *shape), as it infers: dropout off, batch norms on their statistics.

    Raises what torch.onnx raises for a module that it cannot trace.
    """
    training = module.training
    module.eval()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch recommends its newer exporter, which writes functions
            torch.onnx.export(module, (torch.zeros(1, *shape),), str(path), dynamo=False, opset_version=OPSET)
    finally:
        module.train(training)
    return path
