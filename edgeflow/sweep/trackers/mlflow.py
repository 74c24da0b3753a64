"""MLflow: the sweep is an experiment, a trial one of its runs; ``$MLFLOW_TRACKING_URI`` says where."""

from pathlib import Path

from edgeflow.errors import MissingToolError
from edgeflow.sweep.result import Result
from edgeflow.sweep.trackers._tracker import run_name

try:
    import mlflow
except ModuleNotFoundError:
    raise MissingToolError("tracker mlflow: no package mlflow; pip install mlflow") from None


class MLflow:
    def __init__(self, sweep: str):
        self.sweep = sweep
        mlflow.set_experiment(sweep)

    def log(self, result: Result) -> None:
        name = run_name(self.sweep, result.number)
        with mlflow.start_run(run_id=_earlier(name), run_name=name):
            mlflow.log_params({key: str(value) for key, value in result.point.items()})
            mlflow.log_metrics(result.figures)
            if result.failure:
                mlflow.set_tag("failure", result.failure)


def open_tracker(sweep: str, folder: Path) -> MLflow:
    return MLflow(sweep)


def _earlier(name: str) -> str | None:
    """The run that already stands for this trial."""
    found = mlflow.search_runs(filter_string=f"attributes.run_name = '{name}'", output_format="list")
    return found[0].info.run_id if found else None
