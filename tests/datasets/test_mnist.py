"""MNIST: which of its two sizes is read, and that neither is taken for the other."""

from pathlib import Path

import numpy as np
import pytest

from edgeflow.datasets import _data, mnist
from edgeflow.errors import InputError


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDGEFLOW_DATA", raising=False)


def cache(folder: Path, monkeypatch: pytest.MonkeyPatch, images: int = 200) -> dict[str, np.ndarray]:
    """A small file of the real one's form, made the known one."""
    random = np.random.default_rng(1)
    arrays = {
        "x_train": random.integers(0, 256, (images, 28, 28)).astype(np.uint8),
        "y_train": np.arange(images).astype(np.uint8) % 10,
        "x_test": random.integers(0, 256, (20, 28, 28)).astype(np.uint8),
        "y_test": np.arange(20).astype(np.uint8) % 10,
    }
    np.savez(folder / mnist.FILE, **arrays)
    monkeypatch.setenv("EDGEFLOW_DATA", str(folder))
    monkeypatch.setattr(mnist, "CHECKSUM_70000", _data.checksum(*arrays.values()))
    return arrays


def test_five_thousand_by_default() -> None:
    data = mnist.load()
    assert [len(y) for y in (data.y_train, data.y_validation, data.y_test)] == [3500, 500, 1000]
    assert data.checksum == mnist.identity() == mnist.CHECKSUM_5000
    x = np.concatenate([data.x_train, data.x_validation, data.x_test])
    assert (x * 256 == np.round(x * 256)).all() and x.max() == 255 / 256
    assert len(np.unique(x, axis=0)) == 5000, "no image is in two splits"


def test_an_empty_or_missing_cache_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        monkeypatch.setenv("EDGEFLOW_DATA", str(folder))
        assert mnist.identity() == mnist.CHECKSUM_5000


def test_the_whole_set_keeps_its_own_test_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = cache(tmp_path, monkeypatch)
    data = mnist.load()
    assert data.checksum == mnist.identity() != mnist.CHECKSUM_5000
    assert [len(y) for y in (data.y_train, data.y_validation, data.y_test)] == [180, 20, 20]
    assert (data.x_test * 256 == arrays["x_test"].reshape(20, 784)).all()
    train = np.concatenate([data.x_train, data.x_validation]) * 256
    assert (np.unique(train, axis=0) == np.unique(arrays["x_train"].reshape(200, 784), axis=0)).all()


def test_another_file_of_that_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache(tmp_path, monkeypatch)
    monkeypatch.setattr(mnist, "CHECKSUM_70000", "ab" * 32)
    with pytest.raises(InputError, match="EDGEFLOW_DATA is another file; take it away"):
        mnist.load()


@pytest.mark.parametrize("broken", ["text", "pickle", "names"])
def test_a_broken_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    cache(tmp_path, monkeypatch)
    file = tmp_path / mnist.FILE
    if broken == "text":
        file.write_bytes(b"PK\x03\x04 no archive")
    elif broken == "pickle":
        np.savez(file, **dict.fromkeys(mnist.ARRAYS, np.array([{}], dtype=object)))
    else:
        np.savez(file, x=np.zeros(3))
    with pytest.raises(InputError, match=r"mnist\.npz in EDGEFLOW_DATA holds no x_train"):
        mnist.load()
