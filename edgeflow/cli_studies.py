"""The commands that compare many trainings of one recipe: ablate. Heavy imports wait, as in ``cli``."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def ablate(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a YAML file.", show_default=False)],
    seeds: Annotated[
        int, typer.Option(min=2, max=100, help="Trainings of every variant, from the recipe's seed on.")
    ] = 5,
    routed: Annotated[bool, typer.Option("--routed", help="Also place and route every variant.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default runs/<recipe name>/ablation.")] = None,
) -> None:
    """Leave each compression step out in turn: what it buys, over seeds."""
    from edgeflow import recipe as recipes

    wanted = recipes.load(recipe)
    folder = out or Path("runs") / wanted.name / "ablation"
    from edgeflow.report.terminal import progress_lines, show, show_table

    with progress_lines() as progress:
        progress("load the tools")
        from edgeflow import ablate as ablation
        from edgeflow.pipeline import Context
        from edgeflow.store import Store

        todo = range(wanted.seed, wanted.seed + seeds)
        found = ablation.run(wanted, todo, routed, Context(Store.default(), progress))
        paths = ablation.save(found, folder)
    rows = ablation.rows(found)
    show_table(f"{wanted.name}, {seeds} seeds", ablation.HEADINGS, [row.cells() for row in rows], [ablation.NOTICE])
    show(None, paths)
