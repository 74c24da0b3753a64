"""Without its extra, a recipe says what to install, and nothing else needs the framework."""

import subprocess
import sys
from pathlib import Path

import pytest

RECIPE = """\
name: t
dataset: digits
teacher: {{hidden: [4]}}
baseline: {{hidden: [4]}}
student: {{framework: {framework}, hidden: [{{units: 4}}]}}
"""
WITHOUT = "import sys; sys.modules[{package!r}] = None; from edgeflow.cli import main; main()"


def edgeflow(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT.format(package=package), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(("framework", "package"), [("brevitas", "torch"), ("qkeras", "tensorflow")])
def test_a_recipe_tells_the_install_line(framework: str, package: str, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(framework=framework))
    for command in (["train", "--out", str(tmp_path / "out")], ["check"]):
        done = edgeflow(package, *command, str(tmp_path / "recipe.yaml"))
        assert done.returncode == 3, done.stderr
        assert f'framework {framework}: no package {package}; pip install "edgeflow[{framework}]"' in done.stderr
