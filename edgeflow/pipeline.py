"""The flow, stage by stage: this file is the architecture.

    Recipe -> training_stages.train -> TrainedModel
    TrainedModel -> convert -> Firmware -> lower -> Network -> generate -> Design
    Design -> verify -> Verification
    Design -> implement -> Implementation
    Design -> estimate -> Estimate

Each stage takes frozen values and returns one. Slow stages keep their result in the store under everything that
determines it, so a re-run is instant and a broken run resumes. The first line's are in ``training_stages``.
"""

import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog, recipe_folding, training, training_stages
from edgeflow.boards import _board
from edgeflow.datasets._data import Dataset
from edgeflow.estimate import activity, analytic, energy
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.energy import Energy
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.families import _family
from edgeflow.fixedpoint import Integers
from edgeflow.frontends import _firmware, hls4ml_graph
from edgeflow.frontends._lowered import Lowered
from edgeflow.implement import board_run, flow
from edgeflow.implement.board_run import BoardRun
from edgeflow.implement.result import Cells, Implementation
from edgeflow.kernels import _unit
from edgeflow.network.network import Network
from edgeflow.recipe import Fold, Hardware, LayerFolding, Pixels, Recipe
from edgeflow.rtl import generate as rtl
from edgeflow.rtl import shapes as layer_shapes
from edgeflow.rtl.delays import Delays
from edgeflow.rtl.design import Design
from edgeflow.rtl.shapes import Folding
from edgeflow.stages import Context, Staged
from edgeflow.store import Store, code_digest, seconds
from edgeflow.tools import cocotb, gxx, pyosys, verilator
from edgeflow.verify import ladder, switching, vectors, verification
from edgeflow.verify.claim import Claim
from edgeflow.verify.verification import Verification

BOARD_FRAMES = 32  # test samples sent to the simulated board


def convert(
    recipe: Recipe, trained: Staged[training.TrainedModel], context: Context
) -> Staged[_firmware.Firmware] | None:
    """The student as an HLS project with its compiled csim; None for a student that hls4ml cannot hold exactly."""
    frontend = catalog.load("frontends", recipe.student.framework)
    if not frontend.through_hls4ml(trained.value):
        return None

    def build(folder: Path) -> None:
        context.start("convert", "convert with hls4ml, compile csim")
        frontend.convert(trained.value, recipe.name, recipe.hardware.clock_mhz, folder)

    folder = context.store.stage("convert", _of_conversion(recipe, trained.folder), build)
    return Staged(_firmware.load(folder), folder, seconds(folder))


def _of_conversion(recipe: Recipe, trained: Path) -> dict[str, object]:
    """All that determines the firmware."""
    return {
        "trained": trained.name,
        "name": recipe.name,
        "clock_mhz": recipe.hardware.clock_mhz,
        "g++": gxx.version(),
        "code": code_digest("frontends", "training/_keras.py", "training/_build.py"),
    }


def stored_network(recipe: Recipe, store: Store) -> Network | None:
    """The trained student's network, where it was converted before: from the store, without any framework."""
    trained = store.find("train", training_stages.material(recipe))
    firmware = store.find("convert", _of_conversion(recipe, trained)) if trained else None
    return hls4ml_graph.lowered(_firmware.load(firmware).nodes, recipe.name).network if firmware else None


def lower(
    recipe: Recipe, trained: Staged[training.TrainedModel], firmware: Staged[_firmware.Firmware] | None
) -> Lowered:
    """The integer network: of the firmware's graph, or of the file that the framework exported."""
    if firmware:
        return hls4ml_graph.lowered(firmware.value.nodes, recipe.name)
    found: Lowered = catalog.load("frontends", recipe.student.framework).lower(trained.value, recipe.name)
    return found


def generate(recipe: Recipe, trained: Staged[training.TrainedModel], network: Network) -> Design:
    """The network as SystemVerilog, folded or unrolled as the recipe says. Raises InputError where that no longer fits
    the sizes that compression left."""
    hardware, model = recipe.hardware, trained.value
    recipe_folding.check(hardware.folding, model.layout, recipe.student.layout(model.shape, model.classes))
    return rtl.generate(network, folding_of(hardware), hardware.clock_mhz, delays_of(hardware))


def delays_of(hardware: Hardware) -> Delays:
    """What the pipelines are planned with: the wanted board's family."""
    return _family.of(_board.load(hardware.board)).delays


def folding_of(hardware: Hardware) -> Folding:
    """The wanted folding in the hardware's own terms."""
    wanted = hardware.folding
    if isinstance(wanted, str):
        return wanted
    return {name: _shape_of(own) for name, own in wanted.items()}


def _shape_of(wanted: LayerFolding) -> layer_shapes.LayerFolding:
    match wanted:
        case Fold(pe=pe, simd=simd):
            return _unit.Fold(pe, simd)
        case Pixels(pixels=pixels):
            return _unit.Pixels(pixels)
        case word:
            return word


def prepare_simulators(context: Context) -> None:
    """Compile what the simulators of every design are linked to: RTL's under cocotb, the recorder's, the board's."""
    drivers = verilator.cocotb_driver(), switching.driver()
    verilator.prepare([name for driver in drivers for name in driver.runtime], context.store)


def verify(claim: Claim, design: Design, context: Context, waves: bool = False) -> Staged[Verification]:
    """Every rung of the ladder on the claim's frames. Raises MismatchError."""
    recorded = verilator.waves_format() if waves else None

    def build(folder: Path) -> None:
        context.start("verify", "verify: what stands above, Network, RTL and synthesized netlist")
        frames, tests = claim.frames, len(claim.labels)
        result = ladder.verify(
            claim.rungs(),
            claim.lowered,
            design,
            frames,
            claim.labels,
            claim.seed,
            context.store,
            folder / f"waves.{recorded}" if recorded else None,
            claim.regenerate,
            vectors.in_rtl(frames, tests, design),
            vectors.in_netlist(frames, tests, design),
        )
        ladder.check(result, design).save(folder)

    material = {
        "claim": claim.material,
        "design": design.sources | design.memories,
        "waves": recorded,
        "tools": [verilator.version(), cocotb.version(), gxx.version(), pyosys.version()],
        "code": code_digest("verify", "network", "kernels", "rtl", "fixedpoint.py", "tools"),
    }
    folder = context.store.stage("verify", material, build)
    return Staged(verification.load(folder), folder, seconds(folder))


def record_activity(
    network: Network, design: Design, frames: Integers, samples: str, context: Context
) -> Staged[Activity]:
    """How often the design's nets toggle on frames (samples, features). Raises MismatchError."""
    x = frames[: switching.Window.of(design).frames]

    def build(folder: Path) -> None:
        context.start("activity", f"record switching activity on {samples}")
        switching.record(design, x, network.run(x), samples, context.store).save(folder)

    material = {
        "design": design.sources | design.memories,
        "frames": x.tolist(),
        "samples": samples,
        "tools": [verilator.version(), gxx.version()],
        "code": code_digest("verify/switching.py", "verify/saif.py", "estimate/activity.py"),
    }
    folder = context.store.stage("activity", material, build)
    return Staged(Activity.load(folder), folder, seconds(folder))


def model_energy(cells: energy.Cells, found: Activity, interval_cycles: int, hardware: Hardware) -> Energy:
    """Of one inference at full rate on the wanted board's device."""
    board = _board.load(hardware.board)
    timing = energy.Timing(hardware.clock_mhz, interval_cycles)
    return energy.energy(cells, found, timing, _family.of(board).power, energy.Part(board.device, board.budget.luts))


def estimate_energy(cells: energy.Cells, interval_cycles: int, hardware: Hardware) -> Energy:
    """The same before anything is simulated, with activity that is typical of such an interval."""
    return model_energy(cells, activity.typical(interval_cycles), interval_cycles, hardware)


def implement(name: str, hardware: Hardware, design: Design, context: Context) -> Staged[flow.Both]:
    """Place, route and pack the design as ``name`` for the wanted board, and pack the bare core beside it.

    Raises DoesNotFitError or ToolError.
    """

    board = _board.load(hardware.board)
    family = _family.of(board)

    def build(folder: Path) -> None:
        context.start("implement", f"implement on {hardware.board}")
        seeds = range(1, hardware.seeds + 1)
        with tempfile.TemporaryDirectory(prefix="edgeflow-board-") as work:
            clock, at = hardware.clock_mhz, Path(work)
            both = flow.implement(design, board, clock, seeds, at, name, context.store, context.progress)
            both.board.save(folder)
            both.core.save(folder / "core.json")

    material = {
        "design": design.sources | design.memories,
        "name": name,
        "clock_mhz": hardware.clock_mhz,
        "seeds": hardware.seeds,
        "tools": [pyosys.version(), family.router.version(), family.packer.version()],
        "code": code_digest("implement", "families", "boards", "tools", "link.py"),
        "board": asdict(board),
    }
    folder = context.store.stage("implement", material, build)
    both = flow.Both(Implementation.load(folder), Cells.load(folder / "core.json"))
    return Staged(both, folder, seconds(folder))


def simulate_board(
    recipe: Recipe, network: Network, design: Design, frames: Integers, labels: NDArray[np.int64], context: Context
) -> Staged[BoardRun]:
    """The whole board, simulated through its UART pins on the first BOARD_FRAMES of frames (samples, features).

    Raises MismatchError.
    """
    board, x, y = _board.load(recipe.hardware.board), frames[:BOARD_FRAMES], labels[:BOARD_FRAMES]

    def build(folder: Path) -> None:
        context.start("board", "simulate the board through its UART")
        clock_mhz = recipe.hardware.clock_mhz
        board_run.simulate(network, design, board, clock_mhz, x, y, context.store).save(folder)

    material = {
        "design": design.sources | design.memories,
        "frames": x.tolist(),
        "clock_mhz": recipe.hardware.clock_mhz,
        "board": asdict(board),
        "code": code_digest("implement", "families", "host.py", "link.py"),
        "tools": [verilator.version(), gxx.version()],
    }
    folder = context.store.stage("board", material, build)
    return Staged(BoardRun.load(folder), folder, seconds(folder))


def estimate(design: Design, board: _board.Board) -> analytic.Estimate:
    """Cost and speed on the board's device before synthesis; cycles are exact, the rest has its interval."""
    return analytic.estimate(design, board)


def sketch(hardware: Hardware, network: Network) -> analytic.Sketch:
    """The same in milliseconds, of a network that is not generated: no latency, wider intervals."""
    board = _board.load(hardware.board)
    return analytic.sketch(network, folding_of(hardware), hardware.clock_mhz, board)


def measure_baseline(
    recipe: Recipe, trained: Staged[training.TrainedModel], context: Context
) -> Staged[MeasuredBaseline]:
    """The float baseline on this machine's CPU."""

    def build(folder: Path) -> None:
        context.progress("measure the float baseline in ONNX Runtime")
        from edgeflow.estimate.baseline import measure

        done = measure(trained.value.baseline_layout, trained.value.baseline, dataset(recipe).x_test)
        MeasuredBaseline(done.cpu_latency_us, done.onnxruntime).save(folder)

    material = {"trained": trained.folder.name, "code": code_digest("estimate")}
    folder = context.store.stage("baseline", material, build)
    return Staged(MeasuredBaseline.load(folder), folder, seconds(folder))


def dataset(recipe: Recipe) -> Dataset:
    data: Dataset = catalog.load("datasets", recipe.dataset).load()
    return data
