"""The backend: Vitis' graph and csim, our hardware.

model = hls4ml.converters.convert_from_keras_model(keras_model, backend="EdgeFlow", board="ulx3s", clock_period=10)
model.compile()                 # csim
model.predict(x)                # by csim
model.predict(x, sim="rtl")     # by the generated hardware, in Verilator
model.build()                   # bitstream and report
"""

from pathlib import Path
from typing import Any

from hls4ml.backends.vitis.vitis_backend import VitisBackend
from hls4ml.backends.vivado.vivado_backend import VivadoBackend
from hls4ml.model.flow import get_flow, register_flow

from edgeflow.errors import InputError
from edgeflow.hls4ml_backend import NAME

SIMULATORS = ("csim", "rtl")


class EdgeFlowBackend(VitisBackend):
    def __init__(self) -> None:
        super(VivadoBackend, self).__init__(name=NAME)  # Vitis' own would call itself Vitis
        self._register_layer_attributes()
        self._register_flows()

    def _register_flows(self) -> None:
        """Vitis' graph, nothing added; only what writes it goes by our name."""
        passes = ["make_stamp", f"{NAME.lower()}:write_hls"]
        self._default_flow = register_flow("ip", None, requires=get_flow("vitis:ip").requires.copy(), backend=NAME)
        self._writer_flow = register_flow("write", passes, requires=[self._default_flow], backend=NAME)

    def create_initial_config(
        self, board: str = "ulx3s", folding: Any = "unrolled", seeds: int = 3, **kwargs: Any
    ) -> dict[str, Any]:
        """Configuration from ``convert_from_keras_model``'s further arguments.

        board    one of edgeflow/boards
        folding  "unrolled", "folded", "parallel", or by layer name one of these, {"pe": 4, "simd": 8} or {"pixels": 2}
        seeds    place-and-route runs; the best one is kept
        clock_period (ns, default 10) and all else as for Vitis
        """
        from edgeflow.hls4ml_backend import keras

        keras.choose_parser_by_model()
        config: dict[str, Any] = super().create_initial_config(
            **{"clock_period": 10, "write_weights_txt": False, **kwargs}
        )
        return config | {"EdgeFlow": {"board": board, "folding": folding, "seeds": seeds}}

    def compile(self, model: Any) -> str:
        """The csim of every edgeflow project: same flags, named by its content."""
        from edgeflow.frontends._firmware import compile_csim

        folder = Path(model.config.get_output_dir())
        return str((folder / compile_csim(folder, model.config.get_project_name())).resolve())

    def predict(self, model: Any, x: Any, sim: str = "csim") -> Any:
        """By the compiled csim, or with ``sim="rtl"`` by the generated hardware; shaped alike."""
        if sim not in SIMULATORS:
            raise InputError(f'predict: sim = "{sim}" is none of {", ".join(SIMULATORS)}')
        if sim == "csim":
            return model._predict(x)
        from edgeflow.hls4ml_backend import hardware

        return hardware.predict(model, x)

    def build(self, model: Any, synth: bool = True, cosim: bool = False) -> dict[str, Any]:
        """Write the hardware to ``<output_dir>/rtl``; ``synth`` makes the bitstream, ``cosim`` compares RTL and csim.

        Returns a report with hls4ml's keys and ours. Raises DoesNotFitError, MismatchError, ToolError.
        """
        from edgeflow.hls4ml_backend import hardware

        return hardware.build(model, synth, cosim)
