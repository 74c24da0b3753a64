"""The command line: parses arguments, prints results, turns errors into exit codes.

Heavy imports wait for the command that needs them.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from edgeflow import __version__, cli_estimate, cli_fit, cli_flow, cli_reports, cli_studies, cli_sweep
from edgeflow.errors import EdgeflowError, InputError

INTERRUPTED = 130  # as a shell reports Ctrl-C

app = typer.Typer(
    help="From a float network to a verified FPGA bitstream, with nothing but pip.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_flow.app)
app.add_typer(cli_estimate.app)
app.add_typer(cli_fit.app)
app.add_typer(cli_studies.app)
app.add_typer(cli_reports.app)
app.add_typer(cli_sweep.app, name="sweep", help="Run a recipe at many points: sweep SWEEP.yaml, or a command.")


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
    fps: Annotated[float | None, typer.Option(help="Shapes for so many frames a second instead.")] = None,
    inputs: Annotated[Path | None, typer.Option(help="Samples to compare on: .npy or .npz.")] = None,
    frames: Annotated[int, typer.Option(min=1, max=100_000, help="Frames to compare on, random ones added.")] = 1000,
    seeds: Annotated[int, typer.Option(min=1, max=32, help="Place-and-route runs.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of random frames and pauses.")] = 1,
    until: Annotated[str, typer.Option(help="Stop after verify, or go on to report.")] = "report",
    csim: Annotated[bool, typer.Option("--csim", help="Also through hls4ml: HLS project, csim as a rung.")] = False,
    out: cli_flow.Out = None,
) -> None:
    """Take a quantized model file to a verified bitstream, without any training framework."""
    from edgeflow.recipe import hardware

    wanted = hardware(board=board, clock_mhz=clock_mhz, folding=folding, seeds=seeds)
    with _progress() as progress:
        progress("load the tools")
        from edgeflow import imports
        from edgeflow.stages import Context
        from edgeflow.store import Store

        wish = imports.Wish(wanted, fps, inputs, frames, seed, until, csim)
        outcome = imports.run(model, wish, out, Context(Store.default(), progress), cli_flow.typed())
    cli_flow.show(outcome)


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
def export(
    run: Annotated[Path, typer.Argument(help="The folder of a run, such as runs/digits.", show_default=False)],
    to: Annotated[str, typer.Option(help="vivado, vitis, quartus or fusesoc.")],
    part: Annotated[str | None, typer.Option(help="The vendor's name of the device.")] = None,
    clock_mhz: Annotated[float, typer.Option(help="Clock that is constrained.")] = 100.0,
    only_write: Annotated[bool, typer.Option("--only-write", help="Leave the vendor's tool, even on PATH.")] = False,
) -> None:
    """Write a run's design for a vendor's tool; where that is on PATH run it, and put what it found into the report."""
    from edgeflow.export import _flow

    done = _flow.export(run, _flow.Wish(to, part, clock_mhz, not only_write))
    _show_paths({to: done.folder})
    if done.results:
        made = {"version": done.results.version, "part": done.part, "clock_mhz": clock_mhz}
        _show_paths(cli_reports.add_vendor(run, to, made, done.results.figures))
    for name, value in (done.results.figures if done.results else {}).items():
        print(f"{name}: {value:g}")


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
    dataset: Annotated[str | None, typer.Option(help="Data set whose test split is sent.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="Send only so many samples.")] = None,
    mlperf: Annotated[str | None, typer.Option(help="Serve MLPerf Tiny's runner instead, as this model: ic01.")] = None,
) -> None:
    """Send samples to a programmed board and score its answers, or let MLPerf Tiny's runner do so."""
    if (dataset is None) == (mlperf is None):
        raise InputError("host: say --dataset, to score the board, or --mlperf, to serve the runner")
    if mlperf:
        _serve_runner(port, mlperf)
        return
    assert dataset
    from edgeflow.report.terminal import progress_lines
    from edgeflow.score import score_board

    with progress_lines() as progress:
        print(score_board(port, dataset, samples, progress))


def _serve_runner(port: str, model: str) -> None:
    from edgeflow import host, mlperf

    with host.connect(port) as opened:
        monitor = mlperf.Monitor(opened, host.identify(opened), model)
        mlperf.serve(monitor, lambda path: print(f"give the runner {path}; Ctrl-C ends it", flush=True))


@app.command()
def version() -> None:
    """Print edgeflow's version."""
    print(__version__)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    from edgeflow.report.terminal import progress_lines

    with progress_lines() as progress:
        yield progress


def _show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], notices: Sequence[str]) -> None:
    from edgeflow.report.terminal import show_table

    show_table(title, headings, rows, notices)


def _show_paths(paths: dict[str, Path]) -> None:
    from edgeflow.report.terminal import show

    show(None, paths)


if __name__ == "__main__":
    main()
