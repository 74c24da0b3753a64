"""``edgeflow calibrate`` and ``edgeflow estimate``: their arguments. Heavy imports wait, as in ``cli``."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from edgeflow.estimates import Answer

app = typer.Typer()


@app.command()
def calibrate(
    out: Annotated[Path, typer.Argument(help="The corpus, .jsonl: begun, or gone on with.", show_default=False)],
    family: Annotated[list[str] | None, typer.Option(help="ecp5, ice40, gw1n, gw2a; may be repeated.")] = None,
    designs: Annotated[int, typer.Option(min=0, max=100_000, help="How many random ones of each family.")] = 200,
    trained: Annotated[int, typer.Option(min=0, max=100, help="Foldings of each trained student, beside them.")] = 4,
    jobs: Annotated[int | None, typer.Option(min=1, help="At the same time; default: one a core.")] = None,
) -> None:
    """Synthesize and route numbered designs: what the estimator is fitted to. Goes on where it stopped."""
    from edgeflow.calibrate import run
    from edgeflow.calibrate.designs import trained as students

    rows = run.calibrate(out, family or run.DEFAULT, [*range(designs), *students(trained)], jobs)
    for name in sorted({row.family for row in rows}):
        own = [row for row in rows if row.family == name]
        failed = sum(row.failure is not None for row in own)
        print(f"{name}: {len(own) - failed} measured, {failed} failed or left out")
    print(f"corpus: {out}")


@app.command()
def estimate(
    model: Annotated[Path, typer.Argument(help="A recipe, its folder, or a quantized model.", show_default=False)],
    board: Annotated[str | None, typer.Option(help="Another board than the recipe's.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Another clock than the recipe's.")] = None,
    folding: Annotated[str | None, typer.Option(help="unrolled, folded, parallel, or NAME=PExSIMD,NAME=...")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Do not generate it: milliseconds, no latency.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say what a design will take and how fast it will be, before synthesis."""
    from edgeflow import estimates

    answer = estimates.of(model, fast, board=board, clock_mhz=clock_mhz, folding=folding)
    (_print_json if as_json else _show)(answer)


def _show(answer: "Answer") -> None:
    from edgeflow.report import estimated
    from edgeflow.report.terminal import show_table

    baseline, floats = (answer.baseline.fixed16, answer.baseline.counted) if answer.baseline else (None, None)
    rows = estimated.rows(answer.student, baseline, answer.counted, floats)
    title = f"{answer.name} on {answer.board}, {answer.clock_mhz:g} MHz asked"
    show_table(title, estimated.HEADINGS, rows, answer.notices)


def _print_json(answer: "Answer") -> None:
    from edgeflow.report import estimated

    baseline = answer.baseline
    floats = {"fixed16": estimated.said(baseline.fixed16), "float32": asdict(baseline.counted)} if baseline else None
    content = {
        "name": answer.name,
        "board": answer.board,
        "clock_mhz": answer.clock_mhz,
        "weights": answer.weights,
        "path": answer.path,
        "student": estimated.said(answer.student),
        "frames_per_second": {"value": answer.student.frames_per_second, "kind": "estimated"},
        "counted": asdict(answer.counted) if answer.counted else None,
        "baseline": floats,
        "milliseconds": answer.milliseconds,
        "notices": answer.notices,
    }
    print(json.dumps({key: value for key, value in content.items() if value is not None}, indent=2))
