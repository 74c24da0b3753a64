"""``edgeflow sweep``: its arguments. Heavy imports wait for the command that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from edgeflow.sweep.folder import Folder


class _RunUnlessNamed(TyperGroup):
    """``edgeflow sweep SWEEP.yaml`` is ``edgeflow sweep run SWEEP.yaml``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        first = args[0] if args else "--help"
        return super().parse_args(ctx, args if first in self.commands or first == "--help" else ["run", *args])


app = typer.Typer(cls=_RunUnlessNamed, no_args_is_help=True)

FolderPath = Annotated[Path, typer.Argument(help="The sweep's folder.", show_default=False)]
Engine = Annotated[str, typer.Option(help="local or ray.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Trials at the same time; default: as resources allow.")]
Address = Annotated[str | None, typer.Option(help="Of a Ray cluster; default: Ray on this machine.")]


@app.command()
def run(
    sweep: Annotated[Path, typer.Argument(help="The sweep, a YAML file.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="Its folder; default runs/<sweep name>.")] = None,
    engine: Engine = "local",
    address: Address = None,
    jobs: Jobs = None,
) -> None:
    """Run a sweep, or go on with one; then show its front and what to try next."""
    from edgeflow.sweep import file

    plan = file.read(sweep)  # every mistake shows before anything heavy is imported
    from edgeflow.sweep import run as sweeps
    from edgeflow.sweep.engines._engine import Options

    folder = sweeps.start(plan, out or Path("runs") / plan.sweep.name, engine, Options(jobs, address))
    _show(folder)
    sweeps.check(folder)


@app.command()
def worker(folder: FolderPath, jobs: Jobs = None) -> None:
    """Work on a sweep in a shared folder, beside its driver and other workers (Slurm arrays, ssh)."""
    from edgeflow.sweep import run as sweeps
    from edgeflow.sweep.engines._engine import Options
    from edgeflow.sweep.folder import Folder

    sweeps.work(Folder.open(folder), "local", Options(jobs))


@app.command()
def show(folder: FolderPath) -> None:
    """Show a sweep's front, its scaling law, and what to try next."""
    from edgeflow.sweep.folder import Folder

    _show(Folder.open(folder))


@app.command()
def best(
    folder: FolderPath,
    max_luts: Annotated[float | None, typer.Option(help="Routed if the sweep routed, else estimated.")] = None,
    max_latency_ns: Annotated[float | None, typer.Option(help="As for LUTs.")] = None,
    max_weight_bits: Annotated[float | None, typer.Option(help="Of the student.")] = None,
    min_accuracy: Annotated[float | None, typer.Option(help="On the validation split, 0 to 1.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Recipe to write; default <folder>/best.yaml.")] = None,
) -> None:
    """Write the recipe of the best point by the sweep's first objective, within bounds."""
    from edgeflow.sweep import run as sweeps
    from edgeflow.sweep.folder import Folder
    from edgeflow.sweep.plan import Bound

    opened, bounds = Folder.open(folder), dict[str, Bound]()
    for name, most in (("luts", max_luts), ("latency_ns", max_latency_ns), ("weight_bits", max_weight_bits)):
        if most is not None:
            bounds[sweeps.figure(opened, name)] = Bound(at_most=most)
    if min_accuracy is not None:
        bounds["accuracy"] = Bound(at_least=min_accuracy)
    path = out or folder / "best.yaml"
    found = sweeps.write_best(opened, bounds, path)
    figures = ", ".join(f"{name} {value:.6g}" for name, value in found.figures.items())
    print(f"trial {found.number}: {figures}\nrecipe: {path}")


def _show(folder: "Folder") -> None:
    from edgeflow import studied
    from edgeflow.report.terminal import show, show_table
    from edgeflow.sweep import front
    from edgeflow.sweep import run as sweeps

    sweep, paths = folder.plan().sweep, studied.write_sweep(folder)
    rows = [front.row(result, sweep) for result in front.front(folder.results(), sweep)]
    show_table(f"{sweep.name}: Pareto front", front.headings(sweep), rows, sweeps.notices(folder))
    show(None, paths)
