"""What pip is told agrees with itself: pins, install lines, shipped folders."""

import re
import tomllib
from pathlib import Path

import pytest

from edgeflow import catalog

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONSTRAINTS = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def canonical(requirement: str) -> str:
    """The package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


PINS = {canonical(line): line.partition("==")[2] for line in CONSTRAINTS}
REQUIRED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(line for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines),
]


@pytest.mark.parametrize("line", CONSTRAINTS)
def test_a_constraint_is_one_exact_version_from_no_place_in_particular(line):
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)


@pytest.mark.parametrize("requirement", REQUIRED)
def test_what_we_require_is_pinned(requirement):
    assert canonical(requirement) in PINS


@pytest.mark.parametrize("name", catalog.names("tools"))
def test_a_missing_tool_is_installed_in_the_pinned_version(name):
    package, _, version = catalog.load("tools", name).INSTALL.removeprefix("pip install ").partition("==")
    assert version == PINS[package] if version else name == "gxx"


def test_neither_torch_nor_old_tensorflow_is_pulled_in():
    assert "torch" not in PINS
    assert not any("hls4ml[" in line for line in REQUIRED), "hls4ml's extras pin TensorFlow 2.14 and da4ml 0.5"


def test_the_hand_written_hardware_is_in_the_wheel():
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "hw": "edgeflow/hw",
        "sim": "edgeflow/sim",
    }
