"""Data sets that the data cache alone has: their splits and scaling on small files of the real ones' form."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeflow import catalog
from edgeflow.datasets import _data, fsdd, magic_gamma, mitbih
from edgeflow.errors import InputError

Arrays = dict[str, np.ndarray]


def _energies() -> Arrays:
    random = np.random.default_rng(2)
    of = {"train": 10, "test": 1}  # recordings of each digit and voice
    made: Arrays = {}
    for split, count in of.items():
        voice, digit = np.divmod(np.arange(60 * count) % 60, 10)
        made[f"x_{split}"] = random.integers(0, 256, (60 * count, 24, 16)).astype(np.uint8)
        made[f"y_{split}"] = digit.astype(np.uint8)
        made[f"spk_{split}"] = np.array(["a", "b", "c", "d", "e", "f"])[voice]
    return made


def _showers() -> Arrays:
    random = np.random.default_rng(3)
    made: Arrays = {}
    for split, count in (("train", 400), ("test", 100)):
        y = np.arange(count) % 4 > 0
        made[f"x_{split}"] = (random.standard_cauchy((count, 10)) * 10.0 ** np.arange(-4, 6)).astype(np.float32)
        made[f"y_{split}"] = y.astype(np.uint8)
    return made


def _beats() -> Arrays:
    random = np.random.default_rng(4)
    made: Arrays = {}
    for split, patients in (("train", (101, 106, *mitbih.VALIDATION)), ("test", (100, 234))):
        records = np.repeat(patients, 25).astype(np.uint16)
        x = random.integers(-600, 600, (len(records), 128)) + 4 * (records[:, None].astype(int) - 100)
        made[f"x_{split}"] = np.clip(x, -1024, 1023).astype(np.int16)
        made[f"y_{split}"] = (np.arange(len(records)) % 5).astype(np.uint8)
        made[f"rec_{split}"] = records
    return made


FORMS: dict[str, Callable[[], Arrays]] = {"fsdd": _energies, "magic_gamma": _showers, "mitbih": _beats}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Arrays]:
    """Writes a data set's small file and makes it the known one."""
    monkeypatch.setenv("EDGEFLOW_DATA", str(tmp_path))

    def write(name: str) -> Arrays:
        module, arrays = catalog.load("datasets", name), FORMS[name]()
        np.savez(tmp_path / module.FILE, **arrays, more=np.zeros(2))
        monkeypatch.setattr(module, "CHECKSUM", _data.checksum(*(arrays[key] for key in module.ARRAYS)))
        return arrays

    return write


@pytest.mark.parametrize("name", FORMS)
def test_every_split_has_every_class_and_features_an_input_can_hold(name: str, cache: Callable[[str], Arrays]) -> None:
    cache(name)
    module = catalog.load("datasets", name)
    data = module.load()
    assert data.source and data.licence and data.checksum == module.identity() == module.CHECKSUM
    for split in ("train", "validation", "test"):
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        assert (x.dtype, y.dtype) == (np.float32, np.int64)
        assert x.shape == (len(y), int(np.prod(module.SHAPE)))
        assert set(y) == set(range(module.CLASSES))
        assert x.min() >= 0 and x.max() < 1
    again = module.load()
    assert (data.x_train == again.x_train).all() and (data.y_validation == again.y_validation).all()


@pytest.mark.parametrize("name", FORMS)
def test_without_the_file_the_error_says_what_to_bring(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = catalog.load("datasets", name)
    for folder, shown in ((None, r"\(not set\)"), (tmp_path, str(tmp_path))):
        if folder:
            monkeypatch.setenv("EDGEFLOW_DATA", str(folder))
        else:
            monkeypatch.delenv("EDGEFLOW_DATA", raising=False)
        with pytest.raises(InputError, match=shown) as failure:
            module.load()
        assert all(part in str(failure.value) for part in (module.FILE, module.SOURCE, "EDGEFLOW_DATA"))


@pytest.mark.parametrize("name", FORMS)
def test_another_file_of_that_name_is_refused(
    name: str, cache: Callable[[str], Arrays], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache(name)
    module = catalog.load("datasets", name)
    monkeypatch.setattr(module, "CHECKSUM", "ab" * 32)
    with pytest.raises(InputError, match="EDGEFLOW_DATA is another file; take it away"):
        module.load()


def test_patients_of_validation_do_not_train(cache: Callable[[str], Arrays]) -> None:
    raw = cache("mitbih")
    data = mitbih.load()
    kept = raw["y_train"] < 4
    chosen = np.isin(raw["rec_train"], mitbih.VALIDATION)
    assert (data.y_validation == raw["y_train"][kept & chosen]).all()
    assert (data.y_train == raw["y_train"][kept & ~chosen]).all()
    assert len(data.y_test) == 40, "unclassifiable beats are left out"


def test_an_offset_changes_no_beat(cache: Callable[[str], Arrays]) -> None:
    beat = np.random.default_rng(5).integers(-400, 400, (3, 128)).astype(np.int16)
    x = mitbih._features(beat)
    assert (x == mitbih._features(beat + np.int16(200))).all()
    assert (x * 1024 == np.round(x * 1024)).all()
    assert (np.abs(np.median(x, axis=1) - 0.5) <= 1 / 1024).all()


def test_voices_and_digits_are_mixed_alike(cache: Callable[[str], Arrays]) -> None:
    raw = cache("fsdd")
    data = fsdd.load()
    assert [len(y) for y in (data.y_train, data.y_validation, data.y_test)] == [540, 60, 60]
    rows = {row.tobytes(): voice for row, voice in zip(raw["x_train"], raw["spk_train"], strict=True)}
    voices = [rows[(x * 256).astype(np.uint8).tobytes()] for x in data.x_validation]
    assert {v: voices.count(v) for v in set(voices)} == dict.fromkeys("abcdef", 10)


def test_the_range_of_a_feature_is_that_of_the_training_split(cache: Callable[[str], Arrays]) -> None:
    raw = cache("magic_gamma")
    data = magic_gamma.load()
    at_ends = (data.x_train == 0) | (data.x_train == magic_gamma.HIGHEST)
    assert (at_ends.sum(axis=0) == 2).all(), "one shower of 340 at either end of each feature"
    order = np.argsort(raw["x_test"], axis=0, kind="stable")
    assert (np.diff(np.take_along_axis(data.x_test, order, axis=0), axis=0) >= 0).all()
