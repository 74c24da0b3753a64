"""``edgeflow fit``: its arguments. Heavy imports wait, as in ``cli``."""

from pathlib import Path
from typing import Annotated

import typer

from edgeflow.errors import InputError

app = typer.Typer()


@app.command()
def fit(
    model: Annotated[
        Path | None, typer.Argument(help="A recipe, or a quantized model: .onnx, .tflite.", show_default=False)
    ] = None,
    board: Annotated[str | None, typer.Option(help="The part to use best; default: the recipe's.")] = None,
    min_fps: Annotated[float | None, typer.Option(help="Least of the part for so many frames a second.")] = None,
    max_latency_us: Annotated[float | None, typer.Option(help="Least of the part for this latency.")] = None,
    clock_mhz: Annotated[float | None, typer.Option(help="Default: the highest that the estimate bears.")] = None,
    sweep: Annotated[Path | None, typer.Option(help="Fit a finished sweep's front instead of one recipe.")] = None,
    min_accuracy: Annotated[float | None, typer.Option(help="Of the front's points, 0 to 1, on validation.")] = None,
    train: Annotated[bool, typer.Option("--train", help="Train first, if the store has no weights.")] = False,
    write: Annotated[Path | None, typer.Option(help="Recipe to write, with board, clock and folding.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print plain data instead of tables.")] = False,
) -> None:
    """Choose a shape for every layer that uses a part best; says what binds, and what would fit if nothing does."""
    from edgeflow.fit.goal import Goal

    goal = Goal(min_fps, max_latency_us, clock_mhz)
    if (model is None) == (sweep is None):
        raise InputError("fit: give a recipe or a model file, or --sweep FOLDER")
    if min_accuracy is not None and sweep is None:
        raise InputError("--min-accuracy: says which points of a sweep will do; give --sweep FOLDER")
    from edgeflow.report.terminal import progress_lines, show, show_table

    with progress_lines() as progress:
        progress("load the tools")
        from edgeflow import fit_run as run
        from edgeflow.fit import show as shown
        from edgeflow.stages import Context
        from edgeflow.store import Store

        context = Context(Store.default(), progress)
        wish = run.Wish(board, goal, train)
        if sweep:
            done = run.of_sweep(sweep, min_accuracy, wish, context)
        else:
            assert model
            done = run.of_model(model, wish, context)
        paths = {"recipe": done.write(write)} if write else {}
    if json_:
        print(shown.as_json(done.fitted), end="")
        return
    show_table(shown.title(done.fitted), shown.LAYERS, shown.layers(done.fitted))
    show_table("of the part", shown.PART, shown.part(done.fitted), shown.notices(done.fitted))
    print(shown.snippet(done.fitted), end="")
    show(None, paths)
