"""Weights & Biases: the sweep is a group of runs, one a trial; ``$WANDB_MODE=offline`` keeps them on this machine."""

from pathlib import Path

from edgeflow.errors import MissingToolError
from edgeflow.sweep.result import Result
from edgeflow.sweep.trackers._tracker import run_name

try:
    import wandb
except ModuleNotFoundError:
    raise MissingToolError("tracker wandb: no package wandb; pip install wandb") from None


class WandB:
    def __init__(self, sweep: str, folder: Path):
        self.sweep, self.folder = sweep, folder

    def log(self, result: Result) -> None:
        name = run_name(self.sweep, result.number)  # as its id too: logged again, a run goes on instead of doubling
        place = {"project": "edgeflow", "group": self.sweep, "dir": str(self.folder)}
        run = wandb.init(**place, id=name, name=name, resume="allow", config=dict(result.point), reinit=True)
        run.summary.update(result.figures | ({"failure": result.failure} if result.failure else {}))
        run.finish(exit_code=1 if result.failure else 0)


def open_tracker(sweep: str, folder: Path) -> WandB:
    return WandB(sweep, folder)
