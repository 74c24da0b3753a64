"""A run: stages up to the one asked for, with their results copied into one folder a user can keep."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from edgeflow import pipeline, student_rungs, training_stages
from edgeflow.boards import _board
from edgeflow.datasets._data import Dataset
from edgeflow.estimate.fixed16 import fixed16
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.estimate.payback import Payback, payback
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._firmware import Firmware
from edgeflow.frontends._lowered import Lowered
from edgeflow.implement.board_run import BoardRun
from edgeflow.proved import Proved
from edgeflow.provenance import file_sha256, program_command
from edgeflow.recipe import Hardware, Recipe
from edgeflow.recipe_cost import float_cost, quantized_cost
from edgeflow.report import files
from edgeflow.report.evidence import Evidence
from edgeflow.report.report import Comparison, Report, compile_report
from edgeflow.rtl.design import Design
from edgeflow.stages import Context, Staged, copy_result, fresh
from edgeflow.store import digest
from edgeflow.tools import _process
from edgeflow.training import TrainedModel
from edgeflow.verify import handover
from edgeflow.verify.verification import Verification

STAGES = ("train", "convert", "generate", "verify", "implement", "report")
TRAIN, CONVERT, GENERATE, VERIFY, IMPLEMENT, REPORT = range(len(STAGES))


@dataclass(frozen=True)
class Outcome:
    report: Report | None  # None if the run ended before its last stage
    paths: dict[str, Path]  # what was made
    program: str | None = None  # the line that programs the board

    @classmethod
    def of(cls, report: Report, paths: dict[str, Path], out: Path, program: str | None = None) -> "Outcome":
        """With the report's files in ``out``."""
        return cls(report, paths | files.write(report, out), program)


@dataclass(frozen=True, eq=False)
class Hardened:
    """The student in hardware, and the test samples as it takes them."""

    lowered: Lowered
    design: Design
    data: Dataset
    golden: Integers  # (test samples, features)


def run(recipe: Recipe, until: str, out: Path, context: Context, waves: bool = False, command: str = "") -> Outcome:
    """Run the stages up to ``until``; nothing of a later stage is touched. From ``verify`` on there is a report of what
    was made so far, which names the ``command`` that asked for it. Raises what the stages raise.

    Training keeps one core busy, and so does a seed of place and route: what needs neither's result runs beside them.
    The CPU time of the float baseline is measured alone.
    """
    last, paths = STAGES.index(until), {}
    with _process.beside(partial(pipeline.prepare_simulators, context)) if last >= VERIFY else nullcontext():
        trained = training_stages.train(recipe, context)
    paths["student"] = copy_result(trained.folder, out / "student")
    if last < CONVERT:
        return Outcome(None, paths)

    firmware = pipeline.convert(recipe, trained, context)
    if firmware:
        paths["firmware"] = copy_result(firmware.folder, out / "firmware")
    if last < GENERATE:
        return Outcome(None, paths)

    made = _hardened(recipe, trained, firmware, context)
    paths["rtl"] = fresh(out / "rtl")
    handover.write(made.design, made.lowered.network, made.golden, recipe.seed, paths["rtl"])
    if last < VERIFY:
        return Outcome(None, paths)

    place_and_route = partial(pipeline.implement, recipe.name, recipe.hardware, made.design, context)
    with _process.beside(place_and_route) if last >= IMPLEMENT else nullcontext() as implemented:
        claim = student_rungs.claim(recipe, trained, firmware, made.lowered)
        verification = pipeline.verify(claim, made.design, context, waves)
        paths["verification"] = copy_result(verification.folder, out / "verification")
        proved = _proved(recipe, made, verification, context)
        board_run = _board_run(recipe, made, context) if implemented else None
    seconds = {"train": trained.seconds} | ({"convert": firmware.seconds} if firmware else {})
    evidence = proved.evidence(_made_from(recipe, trained), command, seconds)
    beside = _beside(trained.value, recipe.hardware)
    if implemented is None or board_run is None:
        return Outcome.of(compile_report(evidence, beside), paths, out)

    evidence = replace(evidence, seconds=evidence.seconds | {"simulate_board": board_run.seconds})
    evidence, paths["bitstream"] = proved.on_board(evidence, implemented(), out)
    beside, program = replace(beside, board_run=board_run.value), program_command(proved.board, paths["bitstream"])
    if last < REPORT:
        return Outcome.of(compile_report(evidence, beside), paths, out, program)

    measured = pipeline.measure_baseline(recipe, trained, context)
    evidence = replace(evidence, seconds=evidence.seconds | {"baseline": measured.seconds})
    repaid = _payback(recipe, evidence, measured.value, trained.seconds)
    beside = replace(beside, measured=measured.value, payback=repaid)
    return Outcome.of(compile_report(evidence, beside), paths, out, program)


def _hardened(
    recipe: Recipe, trained: Staged[TrainedModel], firmware: Staged[Firmware] | None, context: Context
) -> Hardened:
    lowered = pipeline.lower(recipe, trained, firmware)
    context.progress("generate SystemVerilog")
    design = pipeline.generate(recipe, trained, lowered.network)
    data = pipeline.dataset(recipe)
    return Hardened(lowered, design, data, lowered.entry.quantize(data.x_test))


def _proved(recipe: Recipe, made: Hardened, verification: Staged[Verification], context: Context) -> Proved:
    network = made.lowered.network
    activity = pipeline.record_activity(network, made.design, made.golden, "test samples", context)
    return Proved(recipe.name, recipe.seed, recipe.hardware, network, made.design, verification, activity)


def _board_run(recipe: Recipe, made: Hardened, context: Context) -> Staged[BoardRun]:
    network = made.lowered.network
    return pipeline.simulate_board(recipe, network, made.design, made.golden, made.data.y_test, context)


def _made_from(recipe: Recipe, trained: Staged[TrainedModel]) -> dict[str, str]:
    return {
        "recipe": digest(recipe.model_dump(mode="json")),
        "trained models": file_sha256(trained.folder / "weights.npz"),
    }


def _beside(trained: TrainedModel, hardware: Hardware) -> Comparison:
    baseline = trained.baseline_layout
    folded = fixed16(baseline, trained.baseline, _board.load(hardware.board))
    return Comparison(
        trained,
        quantized_cost(trained.layout, trained.spec),
        float_cost(baseline),
        folded,
        pipeline.estimate_energy(folded, folded.interval_cycles, hardware).frame_nj,
    )


def _payback(recipe: Recipe, evidence: Evidence, measured: MeasuredBaseline, training_seconds: float) -> Payback:
    assert evidence.energy
    energy, stated = evidence.energy.energy, recipe.energy
    student_nj = (energy.low_nj, energy.frame_nj, energy.high_nj)
    return payback(student_nj, measured.cpu_latency_us, training_seconds, stated.cpu_watts, stated.price_per_kwh)
