"""The command line: parses arguments, prints results, turns errors into exit codes.

Heavy imports wait for the command that needs them.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from edgeflow import __version__, sweep_cli
from edgeflow.errors import EdgeflowError, InputError

if TYPE_CHECKING:
    from edgeflow.run import Outcome

INTERRUPTED = 130  # as a shell reports Ctrl-C

app = typer.Typer(
    help="From a float network to a verified FPGA bitstream, with nothing but pip.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.add_typer(sweep_cli.app, name="sweep", help="Run a recipe at many points: sweep SWEEP.yaml, or a command.")

RecipePath = Annotated[Path, typer.Argument(help="The recipe, a YAML file.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for what is made; default runs/<recipe name>.")]
Waves = Annotated[bool, typer.Option("--waves", help="Keep the simulation's waves as verification/waves.vcd.")]


def main() -> NoReturn:
    """Entry point: errors become one message on stderr and an exit code (see edgeflow.errors)."""
    signal.signal(signal.SIGTERM, _interrupt)  # a killed run ends its tools too, as Ctrl-C does
    try:
        code = app(standalone_mode=False)
    except (EdgeflowError, OSError) as error:
        print(f"edgeflow: {error}", file=sys.stderr)
        sys.exit(error.exit_code if isinstance(error, EdgeflowError) else EdgeflowError.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if not hasattr(error, "show"):  # not a mistake in the arguments: let the traceback be seen
            raise
        error.show()
        sys.exit(InputError.exit_code)
    if code == INTERRUPTED:
        print("edgeflow: stopped; finished stages are kept, the same command goes on from there", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


@app.command()
def run(recipe: RecipePath, out: Out = None, waves: Waves = False) -> None:
    """Do everything: train, convert, verify, implement, report."""
    _run(recipe, "report", out, waves)


@app.command()
def train(recipe: RecipePath, out: Out = None) -> None:
    """Train teacher, float baseline and student."""
    _run(recipe, "train", out)


@app.command()
def convert(recipe: RecipePath, out: Out = None) -> None:
    """Convert the student to HLS firmware with hls4ml."""
    _run(recipe, "convert", out)


@app.command()
def generate(recipe: RecipePath, out: Out = None) -> None:
    """Generate SystemVerilog, with a bench and golden vectors."""
    _run(recipe, "generate", out)


@app.command()
def verify(recipe: RecipePath, out: Out = None, waves: Waves = False) -> None:
    """Prove that framework, csim, Network, RTL and synthesized netlist agree on every logit."""
    _run(recipe, "verify", out, waves)


@app.command()
def implement(recipe: RecipePath, out: Out = None) -> None:
    """Place and route for the recipe's board and make the bitstream."""
    _run(recipe, "implement", out)


@app.command()
def report(recipe: RecipePath, out: Out = None) -> None:
    """Report every gain against the float baseline."""
    _run(recipe, "report", out)


@app.command()
def check(
    model: Annotated[
        Path, typer.Argument(help="A recipe or a model: .yaml, .keras, .h5, .onnx, .tflite.", show_default=False)
    ],
) -> None:
    """Say of every layer whether it is supported, rewritten (how) or refused (why), before any work."""
    from edgeflow import check as checks

    found = checks.check(model)
    checks.show(found)
    raise typer.Exit(checks.exit_code(found))


@app.command("import")
def import_(
    model: Annotated[Path, typer.Argument(help="A quantized model: .onnx (QONNX, QDQ), .tflite.", show_default=False)],
    board: Annotated[str, typer.Option(help="The board to build for.")] = "ulx3s",
    clock_mhz: Annotated[float, typer.Option(help="Clock of the design.")] = 50.0,
    folding: Annotated[str, typer.Option(help="unrolled, folded or parallel, for all layers.")] = "folded",
    fps: Annotated[float | None, typer.Option(help="Fold each layer for so many frames a second instead.")] = None,
    inputs: Annotated[Path | None, typer.Option(help="Samples to compare on: .npy or .npz.")] = None,
    frames: Annotated[int, typer.Option(min=1, max=100_000, help="Frames to compare on, random ones added.")] = 1000,
    seeds: Annotated[int, typer.Option(min=1, max=32, help="Place-and-route runs.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of random frames and pauses.")] = 1,
    until: Annotated[str, typer.Option(help="Stop after verify, or go on to report.")] = "report",
    out: Out = None,
) -> None:
    """Take a quantized model file to a verified bitstream, without any training framework."""
    from edgeflow.recipe import hardware

    wanted = hardware(board=board, clock_mhz=clock_mhz, folding=folding, seeds=seeds)
    with _progress() as progress:
        progress("load the tools")
        from edgeflow import imports, pipeline
        from edgeflow.store import Store

        wish = imports.Wish(wanted, fps, inputs, frames, seed, until)
        outcome = imports.run(model, wish, out, pipeline.Context(Store.default(), progress))
    _show(outcome)


@app.command()
def quantize(
    model: Annotated[Path, typer.Argument(help="A float model: .onnx, .keras, .h5.", show_default=False)],
    data: Annotated[str, typer.Option(help="A data set, or samples: .npy, .npz.")],
    labels: Annotated[Path | None, typer.Option(help="Classes of a file's samples: .npy, .npz.")] = None,
    method: Annotated[str, typer.Option(help="Ranges by minmax, percentile or mse.")] = "mse",
    percentile: Annotated[float, typer.Option(min=50, max=100, help="Of the method percentile.")] = 99.9,
    scale: Annotated[str, typer.Option(help="float or power_of_two.")] = "float",
    per_channel: Annotated[bool, typer.Option("--per-channel/--per-tensor", help="Scales of weights.")] = True,
    weight_bits: Annotated[int, typer.Option(help="Of every layer's weights.")] = 8,
    activation_bits: Annotated[int, typer.Option(help="Behind every layer.")] = 8,
    input_bits: Annotated[int, typer.Option(help="Of the model's input.")] = 8,
    bits: Annotated[list[str] | None, typer.Option(help="NAME=W,A: of one layer; may be repeated.")] = None,
    bias_correction: Annotated[bool, typer.Option(help="Keep every output's mean.")] = True,
    samples: Annotated[int, typer.Option(min=1, max=100_000, help="Calibrate on at most so many.")] = 1000,
    out: Annotated[Path | None, typer.Option("--out", help="QONNX file; default <model>_quantized.onnx.")] = None,
) -> None:
    """Quantize a float model without training, for edgeflow import; shows what each layer costs."""
    with _progress() as progress:
        progress("load the tools")
        from edgeflow.quantize import flow, wishes
        from edgeflow.quantize.report import HEADINGS, rows

        numbers = wishes.bits(weight_bits, activation_bits, input_bits, bits or [])
        choice = wishes.choice(method, percentile, scale)
        wish = flow.Wish(numbers, choice, per_channel, bias_correction, samples)
        path = wishes.out(model, out)
        made = flow.run(model, data, labels, wish, progress)
    _show_table(made.report.model, HEADINGS, rows(made.report), made.report.notices)
    _show_paths(made.save(path))


@app.command()
def doctor() -> None:
    """Show which tools are there, which versions, and how to install what is missing."""
    from edgeflow import doctor as check

    found = [*check.tools(), *check.packages()]
    print(check.table(found))
    raise typer.Exit(check.exit_code(found))


@app.command()
def host(
    port: Annotated[str, typer.Argument(help="Serial port of a programmed board, such as /dev/ttyUSB0.")],
    dataset: Annotated[str, typer.Option(help="Data set whose test split is sent.")],
    samples: Annotated[int | None, typer.Option(min=1, help="Send only so many samples.")] = None,
) -> None:
    """Send samples to a programmed board and score its answers."""
    from edgeflow.report.terminal import progress_lines
    from edgeflow.score import score_board

    with progress_lines() as progress:
        print(score_board(port, dataset, samples, progress))


@app.command()
def version() -> None:
    """Print edgeflow's version."""
    print(__version__)


def _run(recipe_path: Path, until: str, out: Path | None, waves: bool = False) -> None:
    from edgeflow import recipe as recipes

    recipe = recipes.load(recipe_path)  # every mistake shows before anything heavy is imported
    folder = out or Path("runs") / recipe.name
    with _progress() as progress:
        progress("load the tools")
        from edgeflow import pipeline
        from edgeflow import run as runs
        from edgeflow.store import Store

        outcome = runs.run(recipe, until, folder, pipeline.Context(Store.default(), progress), waves)
    _show(outcome)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    from edgeflow.report.terminal import progress_lines

    with progress_lines() as progress:
        yield progress


def _show(outcome: "Outcome") -> None:
    from edgeflow.report.terminal import show

    show(outcome.report.content if outcome.report else None, outcome.paths)


def _show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], notices: Sequence[str]) -> None:
    from edgeflow.report.terminal import show_table

    show_table(title, headings, rows, notices)


def _show_paths(paths: dict[str, Path]) -> None:
    from edgeflow.report.terminal import show

    show(None, paths)


if __name__ == "__main__":
    main()
