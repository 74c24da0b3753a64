"""An HGQ2 model loaded, run and converted: Keras 3, and hls4ml with types from HGQ2's quantizers."""

import os
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from hls4ml.converters.keras_v3_to_hls import keras_v3_to_hls
from hls4ml.model.graph import ModelGraph
from numpy.typing import NDArray

from edgeflow.errors import InputError, MissingToolError
from edgeflow.frontends import _bit_exact
from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._nodes import Node, read
from edgeflow.frontends._project import Config, build, project_config
from edgeflow.frontends._quiet import quiet

CHUNK = 1024  # samples at once

os.environ.setdefault("KERAS_BACKEND", "jax")  # what the extra brings; whoever set another one keeps it
try:
    version("hgq2")
    with quiet():
        import_module("hgq.layers")  # registers its classes
        import keras
except (ModuleNotFoundError, PackageNotFoundError) as error:
    raise MissingToolError(
        f"HGQ2 models: no package {error.name}; install into an environment of its own, "
        'pip install "edgeflow[hgq2]", for HGQ2 carries a package named qkeras, which would overwrite QKeras'
    ) from None


class HGQ2Model:
    """The model of a file that ``_hgq2_file`` has let pass."""

    def __init__(self, path: Path):
        self.path = path
        try:
            with quiet():
                self.model = keras.models.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever it likes
            raise self._failed("Keras cannot load it", error) from error

    def predict(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Outputs (samples, values), in parts of bounded memory."""
        parts = [self.model(x[i : i + CHUNK], training=False) for i in range(0, len(x), CHUNK)]
        return np.concatenate([np.asarray(keras.ops.convert_to_numpy(y), np.float64) for y in parts])

    def nodes(self) -> tuple[Node, ...]:
        """hls4ml's graph; nothing is written."""
        try:
            with quiet():
                return read(self._graph(project_config("model", 100.0, Path("nowhere"))))
        except Exception as error:  # hls4ml raises whatever it likes
            raise self._failed("hls4ml", error) from error

    def firmware(self, project: str, clock_mhz: float, folder: Path) -> Firmware:
        """The HLS project and its compiled csim. Raises MissingToolError or ToolError."""
        return build(self._graph, project, clock_mhz, folder)

    def _graph(self, config: Config) -> ModelGraph:
        """No fallbacks: they write distributed arithmetic, or take an HGQ2 layer for a plain one."""
        _bit_exact.complete()
        settings = {"Model": {"Precision": "fixed<16,6>", "ReuseFactor": 1, "Strategy": "Latency", "BitExact": True}}
        full = config | {"HLSConfig": settings, "KerasModel": self.model, "IOType": "io_parallel"}
        return keras_v3_to_hls(full, allow_da_fallback=False, allow_v2_fallback=False)

    def _failed(self, what: str, error: Exception) -> InputError:
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        return InputError(f"{self.path}: {what}: {type(error).__name__}: {reason}")
