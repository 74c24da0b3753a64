"""``optuna.journal``: a sweep's finished trials for Optuna's own tools, such as its dashboard.

It is an index and no more: nothing is decided by it, and a deleted, torn or wrong one is written anew from trials/.
"""

import os
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend

from edgeflow.store import alone
from edgeflow.sweep.folder import Folder
from edgeflow.sweep.plan import Sweep
from edgeflow.sweep.samplers import _optuna

FILE = "optuna.journal"


def update(folder: Folder, sweep: Sweep) -> None:
    """Bring the journal up to what is finished."""
    path = folder.root / FILE
    trials = {trial.user_attrs[_optuna.TRIAL]: trial for trial in _optuna.frozen_trials(sweep, folder.results())}
    with alone(folder.root / f".{FILE}"):  # the kernel frees this lock when its holder dies
        try:
            study = optuna.load_study(study_name=sweep.name, storage=_storage(path))
            there = _numbers(path, study)
            if len(there) != len(set(there)) or set(there) - trials.keys():
                raise ValueError("not what is finished")
        except Exception:  # whatever is wrong with it
            _rebuild(path, sweep, list(trials.values()))
        else:
            study.add_trials([trials[number] for number in sorted(trials.keys() - set(there))])


def _numbers(path: Path, study: optuna.Study) -> list[int]:
    """The trials that the journal has. Raises ValueError if its last line is torn: Optuna would append to that."""
    if not path.read_bytes().endswith(b"\n"):
        raise ValueError("torn")
    return [trial.user_attrs[_optuna.TRIAL] for trial in study.get_trials(deepcopy=False)]


def _rebuild(path: Path, sweep: Sweep, trials: list[optuna.trial.FrozenTrial]) -> None:
    work = path.with_name(f".{FILE}-{os.getpid()}")
    work.unlink(missing_ok=True)
    study = optuna.create_study(study_name=sweep.name, storage=_storage(work), directions=_optuna.directions(sweep))
    study.add_trials(trials)
    work.rename(path)


def _storage(path: Path) -> JournalStorage:
    backend: BaseJournalBackend = JournalFileBackend(str(path), lock_obj=_OursAlready())
    return JournalStorage(backend)


class _OursAlready:
    """Optuna's own lock is a file that a killed process leaves behind; whoever comes here holds ours."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass
