"""A run: stages up to the one asked for, with their results copied into one folder a user can keep."""

from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from edgeflow import pipeline, student_rungs, training_stages
from edgeflow.boards import _board
from edgeflow.estimate import costs
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.analytic import Estimate
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.estimate.payback import Payback, payback
from edgeflow.fixedpoint import Fixed
from edgeflow.implement.result import Cells, Implementation
from edgeflow.kernels._geometry import Geometry
from edgeflow.network.network import Kernel, Network
from edgeflow.provenance import file_sha256, program_command, provenance, with_bitstream
from edgeflow.recipe import Hardware, Recipe
from edgeflow.recipe_cost import float_cost, quantized_cost
from edgeflow.report import files
from edgeflow.report.evidence import Evidence, Layer, ModelledEnergy
from edgeflow.report.report import Comparison, Report, compile_report
from edgeflow.rtl.design import Design
from edgeflow.stages import Context, Staged, copy_result, fresh
from edgeflow.store import digest
from edgeflow.tools import _process
from edgeflow.training import TrainedModel
from edgeflow.verify import handover

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

    lowered = pipeline.lower(recipe, trained, firmware)
    network = lowered.network
    context.progress("generate SystemVerilog")
    design = pipeline.generate(recipe, trained, network)
    data = pipeline.dataset(recipe)
    golden = lowered.entry.quantize(data.x_test)
    paths["rtl"] = fresh(out / "rtl")
    handover.write(design, network, golden, recipe.seed, paths["rtl"])
    if last < VERIFY:
        return Outcome(None, paths)

    place_and_route = partial(pipeline.implement, recipe.name, recipe.hardware, design, context)
    with _process.beside(place_and_route) if last >= IMPLEMENT else nullcontext() as implemented:
        verification = pipeline.verify(student_rungs.claim(recipe, trained, firmware, lowered), design, context, waves)
        paths["verification"] = copy_result(verification.folder, out / "verification")
        activity = pipeline.record_activity(network, design, golden, "test samples", context)
        board = pipeline.simulate_board(recipe, network, design, golden, data.y_test, context) if implemented else None
    estimate = pipeline.estimate(design, _board.load(recipe.hardware.board))
    evidence = Evidence(
        recipe.name,
        recipe.seed,
        recipe.hardware.clock_mhz,
        _board.load(recipe.hardware.board).budget,
        verification.value,
        estimate,
        mapping(network, design),
        {
            "train": trained.seconds,
            **({"convert": firmware.seconds} if firmware else {}),
            "verify": verification.seconds,
            "activity": activity.seconds,
        },
        provenance(_made_from(recipe, trained), design, command),
        energy=modelled(estimate, "estimated", activity.value, design, recipe.hardware),
    )
    beside = _beside(trained.value, recipe.hardware)
    if implemented is None or board is None:
        return Outcome.of(compile_report(evidence, beside), paths, out)

    target, implementation = _board.load(recipe.hardware.board), implemented()
    paths["bitstream"] = bitstream(implementation.value.board, copy_result(implementation.folder, out / "board"))
    evidence = replace(
        evidence,
        core=implementation.value.core,
        implementation=implementation.value.board,
        energy=modelled(implementation.value.core, "packed", activity.value, design, recipe.hardware),
        seconds=evidence.seconds | {"simulate_board": board.seconds, "implement": implementation.seconds},
        provenance=with_bitstream(evidence.provenance, paths["bitstream"], target),
    )
    beside, program = replace(beside, board_run=board.value), program_command(target, paths["bitstream"])
    if last < REPORT:
        return Outcome.of(compile_report(evidence, beside), paths, out, program)

    measured = pipeline.measure_baseline(recipe, trained, context)
    evidence = replace(evidence, seconds=evidence.seconds | {"baseline": measured.seconds})
    beside = replace(
        beside, measured=measured.value, payback=_payback(recipe, evidence, measured.value, trained.seconds)
    )
    return Outcome.of(compile_report(evidence, beside), paths, out, program)


def modelled(
    cells: Estimate | Cells, kind: str, activity: Activity, design: Design, hardware: Hardware
) -> ModelledEnergy:
    """An inference's energy, of cells of that kind."""
    energy = pipeline.model_energy(cells, activity, design.interval_cycles, hardware)
    return ModelledEnergy(energy, activity, kind)


def _payback(recipe: Recipe, evidence: Evidence, measured: MeasuredBaseline, training_seconds: float) -> Payback:
    assert evidence.energy
    energy, stated = evidence.energy.energy, recipe.energy
    student_nj = (energy.low_nj, energy.frame_nj, energy.high_nj)
    return payback(student_nj, measured.cpu_latency_us, training_seconds, stated.cpu_watts, stated.price_per_kwh)


def _made_from(recipe: Recipe, trained: Staged[TrainedModel]) -> dict[str, str]:
    return {
        "recipe": digest(recipe.model_dump(mode="json")),
        "trained models": file_sha256(trained.folder / "weights.npz"),
    }


def _beside(trained: TrainedModel, hardware: Hardware) -> Comparison:
    baseline = trained.baseline_layout
    fixed16 = costs.fixed16_hardware(baseline, trained.baseline)
    return Comparison(
        trained,
        quantized_cost(trained.layout, trained.spec),
        float_cost(baseline),
        fixed16,
        pipeline.estimate_energy(fixed16, fixed16.interval_cycles, hardware).frame_nj,
    )


def bitstream(implementation: Implementation, folder: Path) -> Path:
    """The bitstream's copy in ``folder``."""
    assert implementation.bitstream is not None
    return folder / implementation.bitstream.name


def mapping(network: Network, design: Design) -> list[Layer]:
    """What each layer is and what it became; the slowest ones set the interval."""
    slowest = max(made.interval_cycles for made in design.layers)
    return [
        Layer(
            layer.name,
            type(layer.kernel).__name__.lower(),
            _shapes(layer.kernel),
            _formats(layer.kernel),
            made.shape,
            made.interval_cycles,
            asdict(made.cost),
            made.interval_cycles == slowest,
        )
        for layer, made in zip(network.layers, design.layers, strict=True)
    ]


def _shapes(kernel: Kernel) -> str:
    """Rows x columns x channels where there is an image, else values."""
    image: Geometry | None = getattr(kernel, "geometry", None)
    if image is None:
        return f"{' and '.join(str(tensor.features) for tensor in kernel.inputs)} to {kernel.out_features}"
    channels = kernel.out_features // image.positions
    sizes = f"{image.height}x{image.width}x{image.channels} to {image.out_height}x{image.out_width}x{channels}"
    return sizes if image.taps == 1 else f"{sizes}, {image.kernel[0]}x{image.kernel[1]}"


def _formats(kernel: Kernel) -> str:
    weights: Fixed | None = getattr(kernel, "w", None)
    formats = f"{' and '.join(str(tensor.format) for tensor in kernel.inputs)} to {kernel.y}"
    return formats if weights is None else f"{formats}, weights {weights}"
