"""What the command line does with sweeps: run one, join one, show what came of it, write the best point's recipe."""

import shutil
from pathlib import Path

from edgeflow import catalog
from edgeflow.errors import EdgeflowError
from edgeflow.sweep import advice, display, front
from edgeflow.sweep._task import LOG, RECIPE
from edgeflow.sweep.engines._engine import Options
from edgeflow.sweep.figures import FIGURES
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import ENGINES, Bound, Plan
from edgeflow.sweep.result import Result

CAUSES = 5  # of failures, told


def start(plan: Plan, root: Path, engine: str, options: Options) -> Folder:
    """Make the sweep in ``root``, or go on with the one that is there, until every trial is finished."""
    work(folder := Folder.create(root, plan), engine, options, track=True)
    return folder


def work(folder: Folder, engine: str, options: Options, track: bool = False) -> None:
    """Work on a sweep that is there, beside whoever else does; only one of them should keep its trackers."""
    plan = folder.plan()
    opened = catalog.load(ENGINES, engine).open_engine(plan, options)
    from edgeflow.sweep.drive import Driver  # Optuna takes a second, in which the engine's server imports too
    from edgeflow.sweep.trackers._tracker import Tracking

    tracking = Tracking(plan.sweep, folder.root) if track else None
    with display.watching(folder, plan.sweep) as watch:
        Driver(folder, opened, watch, tracking).run()


def write(folder: Folder) -> dict[str, Path]:
    """``front.csv`` and ``front.svg``."""
    from edgeflow.sweep import picture

    sweep, results = folder.plan().sweep, folder.results()
    found = front.front(results, sweep)
    paths = {"front": folder.root / "front.csv", "picture": folder.root / "front.svg"}
    front.write_csv(found, sweep, paths["front"])
    picture.draw(results, found, sweep, paths["picture"])
    return paths


def notices(folder: Folder) -> list[str]:
    """What there is to say below the table: failures by cause, and what to do next."""
    plan, results = folder.plan(), folder.results()
    return [
        f"{len(results)} of {plan.sweep.total} trials finished",
        *_causes(folder, results),
        *advice.lines(plan, results),
    ]


def _causes(folder: Folder, results: list[Result]) -> list[str]:
    """Why trials failed, and where one of each kind left its log."""
    causes = dict[str, list[int]]()
    for result in results:
        if result.failure:
            causes.setdefault(result.failure.splitlines()[0], []).append(result.number)
    most = sorted(causes.items(), key=lambda cause: -len(cause[1]))[:CAUSES]
    return [f"{len(numbers)} failed: {cause}; see {folder.home(numbers[0]) / LOG}" for cause, numbers in most]


def check(folder: Folder) -> None:
    """Raises EdgeflowError if there is nothing to show: no trial ended well."""
    results = folder.results()
    if all(result.failure for result in results):
        raise EdgeflowError(f"sweep: all {len(results)} trials failed")


def write_best(folder: Folder, bounds: dict[str, Bound], out: Path) -> Result:
    """The recipe of the best point within the bounds, as a file like any other."""
    best = front.best(folder.results(), folder.plan().sweep, bounds)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder.home(best.number) / RECIPE, out)
    return best


def figure(folder: Folder, name: str) -> str:
    """The figure that a bound without a kind means: routed if the sweep routed, else estimated."""
    for full in (name, f"routed.{name}", f"estimated.{name}"):
        if any(full in result.figures for result in folder.results()) and full in FIGURES:
            return full
    return name if name in FIGURES else f"estimated.{name}"
