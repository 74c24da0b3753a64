"""Trackers: every finished trial is told once, over restarts, to the real TensorBoard and Weights & Biases.

MLflow does not go with our protobuf pin, so its calls are held against a record of its API.
"""

import importlib
import json
import sys
from types import SimpleNamespace

import pytest
from sweeps import drive, failed, plan, result, wait_for

from edgeflow.sweep.trackers._tracker import Tracking

RESULTS = [result(0, 0.9, 100), failed(1, "on purpose")]


def test_tensorboard_reads_what_it_is_told(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    Tracking(plan(trackers=["tensorboard"]).sweep, tmp_path).update(RESULTS)
    good, bad = (EventAccumulator(str(tmp_path / "tensorboard" / f"toy-0000{n}")).Reload() for n in (0, 1))
    assert good.Scalars("accuracy")[0].value == pytest.approx(0.9)
    assert good.Scalars("weight_bits")[0].value == 100
    assert bad.Tags()["scalars"] == []
    assert bad.Tensors("failure")[0].tensor_proto.string_val[0] == b"on purpose"
    assert good.Tensors("point/student.hidden.0.weight_bits")[0].tensor_proto.string_val[0] == b"1"


def test_every_trial_is_told_once_over_restarts(tmp_path, monkeypatch):
    told = []
    fake = SimpleNamespace(open_tracker=lambda sweep, folder: SimpleNamespace(log=lambda one: told.append(one.number)))
    monkeypatch.setitem(sys.modules, "edgeflow.sweep.trackers.tensorboard", fake)
    wanted = plan(trackers=["tensorboard"], trials=4)
    drive(tmp_path / "s", wanted)
    more = type(wanted)(wanted.sweep.model_copy(update={"trials": 6}), wanted.recipe, wanted.function, wanted.preload)
    drive(tmp_path / "s", more)
    assert sorted(told) == [0, 1, 2, 3, 4, 5]


def test_wandb_offline_keeps_a_run_a_trial(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    Tracking(plan(trackers=["wandb"]).sweep, tmp_path).update(RESULTS)
    written = {0: b"weight_bits", 1: b"on purpose"}
    for number, part in written.items():  # a service of W&B's own writes what we told, a moment later
        (log,) = (tmp_path / "wandb").glob(f"offline-run-*-toy-0000{number}/*.wandb")
        wait_for(lambda log=log, part=part: part in log.read_bytes())


class RecordedMLflow:
    """The part of MLflow's API that we call (version 3), answering as it does."""

    def __init__(self):
        self.calls, self.runs = [], {}

    def set_experiment(self, name):
        self.calls.append(("set_experiment", name))

    def search_runs(self, *, filter_string, output_format):
        assert output_format == "list"
        name = filter_string.removeprefix("attributes.run_name = '").removesuffix("'")
        found = [run_id for run_id, known in self.runs.items() if known == name]
        return [SimpleNamespace(info=SimpleNamespace(run_id=run_id)) for run_id in found]

    def start_run(self, *, run_id, run_name):
        self.calls.append(("start_run", run_id, run_name))
        self.runs[run_id or f"id{len(self.runs)}"] = run_name
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.calls.append(("end_run",))

    def log_params(self, params):
        self.calls.append(("log_params", json.dumps(params)))

    def log_metrics(self, metrics):
        self.calls.append(("log_metrics", metrics))

    def set_tag(self, key, value):
        self.calls.append(("set_tag", key, value))


def test_mlflow_has_one_run_a_trial(tmp_path, monkeypatch):
    recorded = RecordedMLflow()
    monkeypatch.setitem(sys.modules, "mlflow", recorded)
    monkeypatch.delitem(sys.modules, "edgeflow.sweep.trackers.mlflow", raising=False)
    tracker = importlib.import_module("edgeflow.sweep.trackers.mlflow").open_tracker("toy", tmp_path)
    for one in (*RESULTS, RESULTS[0]):  # the last again, as after a kill before we had noted it
        tracker.log(one)
    monkeypatch.delitem(sys.modules, "edgeflow.sweep.trackers.mlflow")
    assert recorded.calls[0] == ("set_experiment", "toy")
    assert [call[1:] for call in recorded.calls if call[0] == "start_run"] == [
        (None, "toy-00000"),
        (None, "toy-00001"),
        ("id0", "toy-00000"),
    ]
    assert ("log_metrics", RESULTS[0].figures) in recorded.calls
    assert ("set_tag", "failure", "on purpose") in recorded.calls
