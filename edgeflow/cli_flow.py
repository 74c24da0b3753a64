"""The commands of the flow: run, and each stage with all before it. Heavy imports wait, as in ``cli``.

``show`` and ``typed`` also serve other commands that end in a report.
"""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeflow import cli_reports
from edgeflow.errors import InputError

if TYPE_CHECKING:
    from edgeflow.run import Outcome

app = typer.Typer()

RecipePath = Annotated[Path, typer.Argument(help="The recipe, a YAML file.", show_default=False)]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for what is made; default runs/<recipe name>.")]
Waves = Annotated[bool, typer.Option("--waves", help="Keep the simulation's waves in verification/, as FST or VCD.")]

BoardName = Annotated[str | None, typer.Option("--board", help="Another board than the recipe's.")]
ClockMhz = Annotated[float | None, typer.Option("--clock-mhz", help="Another clock than the recipe's.")]
FoldingWish = Annotated[
    str | None,
    typer.Option("--folding", help="Another than the recipe's: unrolled, folded, parallel, or NAME=PExSIMD,NAME=..."),
]


def _of_training(until: str) -> Callable[..., None]:
    """The command of a stage that no hardware changes."""

    def command(recipe: RecipePath, out: Out = None) -> None:
        show(outcome_of(recipe, until, out))

    return command


def _of_hardware(until: str) -> Callable[..., None]:
    def command(
        recipe: RecipePath,
        board: BoardName = None,
        clock_mhz: ClockMhz = None,
        folding: FoldingWish = None,
        out: Out = None,
    ) -> None:
        show(outcome_of(recipe, until, out, board=board, clock_mhz=clock_mhz, folding=folding))

    return command


def _of_simulation(until: str) -> Callable[..., None]:
    def command(
        recipe: RecipePath,
        board: BoardName = None,
        clock_mhz: ClockMhz = None,
        folding: FoldingWish = None,
        out: Out = None,
        waves: Waves = False,
    ) -> None:
        show(outcome_of(recipe, until, out, waves, board=board, clock_mhz=clock_mhz, folding=folding))

    return command


for name, made, text in (
    ("run", _of_simulation("report"), "Do everything: train, convert, verify, implement, report."),
    ("train", _of_training("train"), "Train teacher, float baseline and student."),
    ("convert", _of_training("convert"), "Convert the student to HLS firmware with hls4ml."),
    ("generate", _of_hardware("generate"), "Generate SystemVerilog, with a bench and golden vectors."),
    (
        "verify",
        _of_simulation("verify"),
        "Prove that framework, csim, Network, RTL and synthesized netlist agree on every logit.",
    ),
    ("implement", _of_hardware("implement"), "Place and route for the recipe's board and make the bitstream."),
):
    app.command(name, help=text)(made)


@app.command()
def report(
    of: Annotated[Path, typer.Argument(help="A recipe, or the folder of a finished run.", show_default=False)],
    board: BoardName = None,
    clock_mhz: ClockMhz = None,
    folding: FoldingWish = None,
    out: Out = None,
    form: Annotated[str | None, typer.Option("--format", help="Print it as md, json, csv or html.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Show report.html in the browser.")] = False,
    sweep: Annotated[Path | None, typer.Option(help="Add a sweep's front to a finished run: its folder.")] = None,
    ablation: Annotated[Path | None, typer.Option(help="Add an ablation to a finished run: its folder.")] = None,
) -> None:
    """Report every gain against the float baseline."""
    if of.is_dir() or of.suffix == ".json":
        cli_reports.add_studies(of, sweep, ablation)
        cli_reports.show_run(of, form, open_)
    elif sweep or ablation:
        raise InputError("report: --sweep and --ablation go with the folder of a finished run")
    else:
        outcome = outcome_of(of, "report", out, board=board, clock_mhz=clock_mhz, folding=folding)
        cli_reports.show_outcome(outcome, form, open_)


def outcome_of(recipe_path: Path, until: str, out: Path | None, waves: bool = False, **hardware: object) -> "Outcome":
    from edgeflow import recipe as recipes
    from edgeflow import recipe_hardware

    recipe = recipe_hardware.on(recipes.load(recipe_path), **hardware)  # mistakes show before heavy imports
    folder = out or Path("runs") / "_".join([recipe.name, *([recipe.hardware.board] if hardware.get("board") else [])])
    from edgeflow.report.terminal import progress_lines

    with progress_lines() as progress:
        progress("load the tools")
        from edgeflow import run as runs
        from edgeflow.stages import Context
        from edgeflow.store import Store

        return runs.run(recipe, until, folder, Context(Store.default(), progress), waves, typed())


def typed() -> str:
    """This command, as it can be typed again."""
    return shlex.join(["edgeflow", *sys.argv[1:]])


def show(outcome: "Outcome") -> None:
    from edgeflow.report import terminal

    terminal.show(outcome.report.content if outcome.report else None, outcome.paths)
    if outcome.program:
        print(f"program: {outcome.program}")
