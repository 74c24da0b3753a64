"""Trials as Ray tasks, on this machine or a cluster: ``--engine ray [--address HOST:PORT]``.

A task runs its trial in a process forked beside the Ray worker, under the same limits as anywhere else, in a folder of
its own; the driver publishes what comes back. So nodes share no disk, and neither Ray nor a node can lose a result.
"""

import os
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from edgeflow.errors import EdgeflowError, MissingToolError
from edgeflow.sweep._task import LOG, RECIPE, Task
from edgeflow.sweep.engines._engine import Ended, Options
from edgeflow.sweep.engines.local import GIB, Local
from edgeflow.sweep.folder import publish
from edgeflow.sweep.plan import Plan
from edgeflow.sweep.result import FILE

try:
    import ray
    from ray.exceptions import RayError, RayTaskError
except ModuleNotFoundError as error:
    raise MissingToolError(f'engine ray: no package {error.name}; pip install "edgeflow[ray]"') from None

QUEUED = 2  # tasks that wait in Ray for each that its cluster has room for
Files = dict[str, bytes]


class Ray:
    def __init__(self, plan: Plan, options: Options):
        self.plan, self.tasks = plan, dict[Any, Task]()
        variables = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        variables |= {name: os.environ[name] for name in ("EDGEFLOW_STORE",) if name in os.environ}
        ray.init(
            address=options.address or "local",
            runtime_env={"env_vars": variables},
            log_to_driver=False,
            include_dashboard=False,
            logging_level="ERROR",
            **({} if options.address or not options.jobs else {"num_cpus": options.jobs}),
        )
        wanted = plan.sweep.resources
        self.remote = ray.remote(_trial).options(
            num_cpus=wanted.cpu,
            num_gpus=wanted.gpu,
            memory=wanted.memory_gib * GIB or None,
            max_retries=0,  # who runs a trial again is our decision
        )
        self.jobs = options.jobs or max(1, QUEUED * int(ray.cluster_resources().get("CPU", 1) / wanted.cpu))

    def room(self, running: int) -> bool:
        return running < self.jobs

    def start(self, task: Task) -> None:
        self.tasks[self.remote.remote(self.plan.to_json(), task.to_json())] = task

    def poll(self, seconds: float) -> list[Ended]:
        if not self.tasks:
            time.sleep(seconds)
            return []
        done, _ = ray.wait(list(self.tasks), timeout=seconds)
        return [self._settle(reference) for reference in done]

    def _settle(self, reference: Any) -> Ended:
        task = self.tasks.pop(reference)
        try:
            files, cause, lost = ray.get(reference)
        except RayTaskError as error:  # what Local raises: no trial can go on there
            raise EdgeflowError(str(error.cause)) from None
        except RayError as error:  # the worker or its node died under the trial
            if not any(node["Alive"] for node in ray.nodes()):
                raise EdgeflowError(f"engine ray: Ray is gone: {str(error).splitlines()[0]}") from None
            return Ended(task.number, lost=True)
        for name, content in files.items():
            (task.folder / name).write_bytes(content)
        if FILE in files:
            publish(task.folder, task.home)
        return Ended(task.number, cause, lost)

    def close(self) -> None:
        for reference in self.tasks:
            ray.cancel(reference, force=True)
        ray.shutdown()


def open_engine(plan: Plan, options: Options) -> Ray:
    try:
        return Ray(plan, options)
    except (ConnectionError, RayError) as error:
        raise EdgeflowError(f"engine ray: {options.address}: {error}") from None


def _trial(plan: str, task: str) -> tuple[Files, str | None, bool]:
    """One trial on whichever node this is: the files it made, and how it ended."""
    engine = _local(plan)
    with tempfile.TemporaryDirectory(prefix="edgeflow-trial-") as work:
        folder, home = Path(work) / "attempt", Path(work) / "trial"
        folder.mkdir()
        engine.start(Task.from_json(task).at(folder, home))
        while not (ended := engine.poll(1.0)):
            pass
        made = home if home.exists() else folder
        files = {name: (made / name).read_bytes() for name in (FILE, RECIPE, LOG) if (made / name).is_file()}
        return files, ended[0].cause, ended[0].lost


@cache
def _local(plan: str) -> Local:
    """One fork server for all the trials that this Ray worker is given."""
    return Local(Plan.from_json(plan), jobs=1)
