"""``Firmware``: the HLS project hls4ml wrote, its graph as plain values, and its compiled csim.

``load(folder)`` brings all of it back without TensorFlow, hls4ml or a compiler.
"""

import ctypes
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends import _nodes
from edgeflow.frontends._casts import input_cast
from edgeflow.frontends._nodes import Node
from edgeflow.store import file_digest
from edgeflow.tools import gxx


@dataclass(frozen=True, eq=False)
class Firmware:
    """``folder`` is the project: open it with Vitis HLS, or run ``build_lib.sh`` in it."""

    folder: Path
    project: str
    library: str  # file in the folder
    nodes: tuple[Node, ...]
    versions: dict[str, str]

    @property
    def in_features(self) -> int:
        return int(np.prod(self.nodes[0].shape))

    @property
    def out_features(self) -> int:
        return int(np.prod(self.nodes[-1].shape))

    @property
    def precision(self) -> dict[str, str]:
        """Every tensor's format, rounding and overflow, by ``node.type``."""
        types = ((f"{node.name}.{key}", t) for node in self.nodes for key, t in node.types.items())
        return {name: f"{t.y} {t.rounding} {t.overflow}" for name, t in types}

    def quantize_input(self, real: NDArray[np.floating[Any]]) -> Integers:
        """Real inputs as the integers that csim makes of them: what ``Network.run`` takes."""
        return input_cast(self.nodes).of_reals(real)

    def predict(self, x: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Logits (samples, classes) of real inputs (samples, features), by the compiled csim; exact as float64."""
        x = np.ascontiguousarray(x, np.float64)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise InputError(f"firmware {self.project}: input shape {x.shape} is not (samples, {self.in_features})")
        y = np.zeros((len(x), self.out_features))
        for sample, logits in zip(x, y, strict=True):
            self._csim(_pointer(sample), _pointer(logits))
        return y

    def trace(self, x: NDArray[np.floating[Any]]) -> dict[str, NDArray[np.float64]]:
        """Every node's output (samples, values) by its name, in topological order, of real inputs; exact as float64."""
        library = self._library
        library.allocate_trace_storage.argtypes = [ctypes.c_size_t]
        library.allocate_trace_storage(ctypes.sizeof(ctypes.c_double))
        try:
            found = [self._traced(library, sample) for sample in np.ascontiguousarray(x, np.float64)]
        finally:
            library.free_trace_storage()
        names = [node.name for node in self.nodes if found and node.name in found[0]]
        return {name: np.array([sample[name] for sample in found]) for name in names}

    def _traced(self, library: Any, sample: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        self._csim(_pointer(sample), _pointer(np.zeros(self.out_features)))
        kept = (_Traced * (2 * len(self.nodes)))()  # more than there can be; the rest stay without a name
        library.collect_trace_output(kept)
        sizes = {node.name: int(np.prod(node.shape)) for node in self.nodes}
        values = {one.name.decode(): one.data for one in kept if one.name}
        doubles = ctypes.POINTER(ctypes.c_double)
        return {
            name: np.ctypeslib.as_array(ctypes.cast(at, doubles), (sizes[name],)).copy()
            for name, at in values.items()
            if name in sizes
        }

    @cached_property
    def _library(self) -> Any:
        return ctypes.CDLL(str((self.folder / self.library).resolve()))

    @cached_property
    def _csim(self) -> Any:
        function = getattr(self._library, f"{self.project}_double")
        function.restype = None
        return function

    def save(self) -> None:
        """Write what ``load`` needs beside the project's own files."""
        _nodes.save(self.nodes, self.folder)
        about = {"project": self.project, "library": self.library, "versions": self.versions}
        (self.folder / "firmware.json").write_text(json.dumps(about, indent=2) + "\n")


class _Traced(ctypes.Structure):
    """hls4ml's ``trace_data``: a node's name and where its values lie."""

    _fields_ = (("name", ctypes.c_char_p), ("data", ctypes.c_void_p))


def load(folder: Path) -> Firmware:
    """The firmware that ``save`` left in ``folder``, wherever the folder is now."""
    return Firmware(folder=folder, nodes=_nodes.load(folder), **json.loads((folder / "firmware.json").read_text()))


def compile_csim(folder: Path, project: str) -> str:
    """Compile the project's C++ and return the library's name. Raises MissingToolError or ToolError; logs stay there.

    The name tells the content: a process that loaded one csim would be handed it again for another of the same path.
    """
    library = f"csim-{file_digest(folder / 'firmware')[:12]}.so"
    gxx.run(folder, [f"firmware/{project}.cpp", f"{project}_bridge.cpp"], "firmware/ap_types", library)
    return library


def _pointer(array: NDArray[np.float64]) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
