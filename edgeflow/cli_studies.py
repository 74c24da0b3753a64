"""The commands that compare or join several trainings: ablate, cascade. Heavy imports wait, as in ``cli``."""

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
        from edgeflow import studied
        from edgeflow.stages import Context
        from edgeflow.store import Store

        todo = range(wanted.seed, wanted.seed + seeds)
        found = ablation.run(wanted, todo, routed, Context(Store.default(), progress))
        paths = studied.write_ablation(wanted.name, ablation.save(found, folder))
    rows = ablation.rows(found)
    show_table(f"{wanted.name}, {seeds} seeds", ablation.HEADINGS, [row.cells() for row in rows], [ablation.NOTICE])
    show(None, paths)


@app.command()
def cascade(
    tiny: Annotated[Path, typer.Argument(help="Recipe of the student that every sample meets.", show_default=False)],
    larger: Annotated[Path, typer.Argument(help="Recipe of the one that answers what it leaves.", show_default=False)],
    max_points_lost: Annotated[float, typer.Option(min=0, max=100, help="Against the larger, on validation.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", help="File; default runs/<tiny>_<larger>/cascade.json.")] = None,
) -> None:
    """Join a tiny and a larger student by a gate on the tiny one's margin: what the two cost and know together."""
    from edgeflow import recipe as recipes

    first, second = recipes.load(tiny), recipes.load(larger)
    path = out or Path("runs") / f"{first.name}_{second.name}" / "cascade.json"
    from edgeflow.report.terminal import progress_lines, show, show_table

    with progress_lines() as progress:
        progress("load the tools")
        from edgeflow import cascade as cascades
        from edgeflow.stages import Context
        from edgeflow.store import Store

        found = cascades.run(first, second, max_points_lost, Context(Store.default(), progress))
    notice = f"{found.passed_on:.1%} of the test split go to the larger student; the threshold is from validation."
    show_table(f"{first.name} before {second.name}", cascades.HEADINGS, found.rows(), [notice])
    show(None, {"numbers": found.save(path)})
