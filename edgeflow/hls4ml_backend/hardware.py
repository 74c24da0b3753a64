"""A ModelGraph's hardware: the stages of edgeflow's own pipeline, from the graph on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hls4ml.model.graph import ModelGraph
from numpy.typing import NDArray

from edgeflow.errors import MismatchError
from edgeflow.families import _family
from edgeflow.fixedpoint import Integers
from edgeflow.frontends import _nodes, hls4ml_graph
from edgeflow.frontends._casts import input_cast
from edgeflow.hls4ml_backend import report
from edgeflow.hls4ml_backend.options import Options, options
from edgeflow.implement import flow
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate
from edgeflow.store import Store
from edgeflow.verify import handover
from edgeflow.verify.case import Phase, standard_case
from edgeflow.verify.simulate import simulate

FRAMES, SEED = 256, 1  # random ones, for the golden vectors and cosimulation


def predict(model: ModelGraph, x: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """What the generated hardware answers, in the shape and type that hls4ml's csim answers in."""
    _, network, design = _made(model)
    frames = input_cast(_nodes.read(model)).of_reals(np.asarray(x, np.float64).reshape(-1, network.in_features))
    case = replace(standard_case(design, len(frames), SEED), phases=(Phase("full rate"),))
    outputs = simulate(design, frames, network.run(frames), case, Store.default()).outputs
    y = network.output.real(outputs).astype(x.dtype)
    return y[0] if len(y) == 1 else y


def build(model: ModelGraph, synth: bool, cosim: bool) -> dict[str, Any]:
    said, network, design = _made(model)
    folder = Path(model.config.get_output_dir())
    frames = np.random.default_rng(SEED).integers(
        network.input.lo, network.input.hi, (FRAMES, network.in_features), endpoint=True
    )
    handover.write(design, network, frames, SEED, folder / "rtl")
    found = report.of_design(design, said)
    if cosim:
        found |= report.of_cosimulation(design, _compared(model, network, design, frames))
    if synth:
        name = model.config.get_project_name()
        made = flow.implement(design, said.board, said.clock_mhz, said.seeds, folder / "board", name, Store.default())
        made.board.save(folder / "board")
        found = report.with_implementation(found, made.board)
    return found


def _made(model: ModelGraph) -> tuple[Options, Network, Design]:
    said = options(model.config.config)
    network = hls4ml_graph.lower(_nodes.read(model), model.config.get_project_name())
    return said, network, generate(network, said.folding, said.clock_mhz, _family.of(said.board).delays)


def _compared(model: ModelGraph, network: Network, design: Design, frames: Integers) -> Any:
    """RTL against csim on every frame, with gaps, stalls and resets. Raises MismatchError."""
    if model._top_function_lib is None:
        model.compile()
    wanted = network.run(frames)
    simulation = simulate(design, frames, wanted, standard_case(design, len(frames), SEED), Store.default())
    csim = np.asarray(model._predict(np.ascontiguousarray(network.input.real(frames))))
    wrong = int((network.output.real(simulation.outputs) != csim.reshape(len(frames), -1)).any(axis=1).sum())
    wrong += sum(phase.mismatches + phase.broken_rules for phase in simulation.phases.values())
    if wrong:
        raise MismatchError(f"build: RTL and csim differ {wrong} times in {len(frames)} random frames, seed {SEED}")
    return simulation
