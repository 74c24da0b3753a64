"""HGQ2 models, saved by Keras 3, to the integer ``Network``: hls4ml's own converter, and its graph lowered.

HGQ2's wheel carries a package named ``qkeras``, so it lives in an environment without QKeras.
"""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from edgeflow.frontends import _hgq2_file, hls4ml_graph
from edgeflow.frontends._lowered import Lowered
from edgeflow.frontends._nodes import check_weights
from edgeflow.frontends.hls4ml_graph import Finding

SUFFIXES = (".keras",)
EXECUTOR = "HGQ2 inference"  # what verification compares with


def lower(path: Path, name: str) -> Lowered:
    """The network of a file. Raises InputError or MissingToolError; UnsupportedLayerError names nodes."""
    nodes = _model(path).nodes()
    check_weights(nodes)
    return hls4ml_graph.lowered(nodes, name)


def check(path: Path) -> tuple[Finding, ...]:
    """What ``lower`` would do with each node of hls4ml's graph, without raising for any of them."""
    return hls4ml_graph.check(_model(path).nodes())


def execute(path: Path, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The output for samples (samples, *shape), by the framework's own inference in float32."""
    model = _model(path)
    return {model.nodes()[-1].name: model.predict(x)}


def _model(path: Path) -> Any:
    """Nothing of Keras is imported before the file is known to name no foreign code."""
    _hgq2_file.refuse_strangers(path)
    from edgeflow.frontends._hgq2_model import HGQ2Model

    return HGQ2Model(path)
