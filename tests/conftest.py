"""What several test folders share: one store for all workers of a run, so that no simulator is built twice."""

import os
import signal

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # before any test imports TensorFlow: QKeras knows Keras 2

from pathlib import Path

import pytest

from edgeflow.store import Store

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would children


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Store:
    """``$EDGEFLOW_STORE`` keeps builds between runs; else they live as long as pytest's temporary folders."""
    kept = os.environ.get("EDGEFLOW_STORE")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Store(Path(kept) if kept else shared / "store")
