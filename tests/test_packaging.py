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
BASE, EXTRAS = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]
OURS = "edgeflow["  # an extra may take in another
REQUIRED = [
    *PROJECT["build-system"]["requires"],
    *BASE,
    *(line for lines in EXTRAS.values() for line in lines if not line.startswith(OURS)),
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


@pytest.mark.parametrize(("extra", "framework"), [("brevitas", "torch"), ("qkeras", "tensorflow")])
def test_a_training_framework_is_in_its_own_extra_which_the_tests_take_in(extra, framework):
    packages = {canonical(line) for line in EXTRAS[extra]}
    assert {framework, extra} <= packages
    assert not packages & {canonical(line) for line in BASE}, "importing a model needs no framework"
    assert f"edgeflow[{extra}]" in EXTRAS["test"]


def test_the_demo_installs_qkeras_and_no_torch():
    installed = re.findall(r"--editable (.+)", (ROOT / "Makefile").read_text())
    assert installed[0] == '".[qkeras]"' and installed[1] == '".[test]"'


def test_no_old_tensorflow_is_pulled_in():
    assert not any("hls4ml[" in line for line in REQUIRED), "hls4ml's extras pin TensorFlow 2.14 and da4ml 0.5"


def test_the_hand_written_hardware_is_in_the_wheel():
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "hw": "edgeflow/hw",
        "sim": "edgeflow/sim",
    }
