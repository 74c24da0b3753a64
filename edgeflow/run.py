"""A run: stages up to the one asked for, with their results copied into one folder a user can keep."""

import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from edgeflow import pipeline, student_rungs
from edgeflow.boards import _board
from edgeflow.estimate import costs
from edgeflow.fixedpoint import Fixed
from edgeflow.implement.result import Implementation
from edgeflow.kernels._geometry import Geometry
from edgeflow.network.network import Kernel, Network
from edgeflow.pipeline import Context, copy_result
from edgeflow.recipe import Hardware, Recipe
from edgeflow.report.report import Layer, Report, compile_report
from edgeflow.rtl.design import Design
from edgeflow.verify import handover

STAGES = ("train", "convert", "generate", "verify", "implement", "report")


@dataclass(frozen=True)
class Outcome:
    report: Report | None  # None if the run ended before its last stage
    paths: dict[str, Path]  # what was made
    program: str | None = None  # the line that programs the board


def run(recipe: Recipe, until: str, out: Path, context: Context, waves: bool = False) -> Outcome:
    """Run the stages up to ``until``; nothing of a later stage is touched. Raises what the stages raise."""
    last, paths = STAGES.index(until), {}
    trained = pipeline.train(recipe, context)
    paths["student"] = copy_result(trained.folder, out / "student")
    if last < STAGES.index("convert"):
        return Outcome(None, paths)

    firmware = pipeline.convert(recipe, trained, context)
    if firmware:
        paths["firmware"] = copy_result(firmware.folder, out / "firmware")
    if last < STAGES.index("generate"):
        return Outcome(None, paths)

    lowered = pipeline.lower(recipe, trained, firmware)
    network = lowered.network
    context.progress("generate SystemVerilog")
    design = pipeline.generate(recipe, network)
    data = pipeline.dataset(recipe)
    golden = lowered.entry.quantize(data.x_test)
    paths["rtl"] = pipeline.fresh(out / "rtl")
    handover.write(design, network, golden, recipe.seed, paths["rtl"])
    if last < STAGES.index("verify"):
        return Outcome(None, paths)

    verification = pipeline.verify(student_rungs.claim(recipe, trained, firmware, lowered), design, context, waves)
    paths["verification"] = copy_result(verification.folder, out / "verification")
    if last < STAGES.index("implement"):
        return Outcome(None, paths)

    board = pipeline.simulate_board(
        recipe, network, design, golden[: pipeline.BOARD_FRAMES], data.y_test[: pipeline.BOARD_FRAMES], context
    )
    implementation = pipeline.implement(recipe.name, recipe.hardware, design, context)
    paths["bitstream"] = bitstream(implementation.value.board, copy_result(implementation.folder, out / "board"))
    program = program_command(recipe.hardware, paths["bitstream"])
    if last < STAGES.index("report"):
        return Outcome(None, paths, program)

    measured = pipeline.measure_baseline(recipe, trained, context)
    baseline = trained.value.baseline_layout
    report = compile_report(
        recipe.name,
        recipe.seed,
        trained.value,
        costs.quantized_cost(trained.value.layout, trained.value.spec),
        costs.float_cost(baseline),
        costs.fixed16_hardware(baseline, trained.value.baseline),
        measured.value,
        verification.value,
        board.value,
        pipeline.estimate(design),
        implementation.value.core,
        implementation.value.board,
        mapping(network, design),
        {
            "train": trained.seconds,
            **({"convert": firmware.seconds} if firmware else {}),
            "verify": verification.seconds,
            "simulate_board": board.seconds,
            "implement": implementation.seconds,
            "baseline": measured.seconds,
        },
    )
    return Outcome(report, paths | write_report(report, out), program)


def bitstream(implementation: Implementation, folder: Path) -> Path:
    """The bitstream's copy in ``folder``."""
    assert implementation.bitstream is not None
    return folder / implementation.bitstream.name


def program_command(hardware: Hardware, bitstream: Path) -> str:
    """The shell's line that programs the board until it loses power."""
    return f"openFPGALoader -b {_board.load(hardware.board).openfpgaloader} {shlex.quote(str(bitstream))}"


def write_report(report: Report, out: Path) -> dict[str, Path]:
    """``report.json``, ``report.md`` and its picture."""
    from edgeflow.report import markdown, picture

    report.save(out / "report.json")
    (out / "report.md").write_text(markdown.page(report.content))
    picture.draw(report.content, out / "report.svg")
    return {"report": out / "report.md", "numbers": out / "report.json"}


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
