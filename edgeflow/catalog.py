"""Where a thing is looked up by name: the file's stem is the name, the folder is the kind.

``kernels/dense.py`` is ``kernels: dense``, ``boards/ulx3s.toml`` is ``boards: ulx3s``, and
``training/steps/prune.py`` is ``training.steps: prune``. Listing names and what they
declare imports nothing; ``load`` imports exactly one module.
"""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from edgeflow.errors import UnknownNameError

PACKAGE = Path(__file__).parent


def names(kind: str) -> list[str]:
    """All entries of a kind, sorted."""
    return sorted(
        p.stem for p in _folder(kind).iterdir() if p.suffix in (".py", ".toml") and not p.stem.startswith("_")
    )


def load(kind: str, name: str) -> ModuleType:
    """Import one entry. Raises UnknownNameError with the nearest name."""
    _check(kind, name)
    return import_module(f"edgeflow.{kind}.{name}")


def declared(kind: str, constant: str) -> dict[str, Any]:
    """By entry, the literal that its module assigns to ``constant``; entries that declare none are left out."""
    found = {}
    for file in sorted(_folder(kind).glob("[!_]*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and constant in [getattr(target, "id", None) for target in node.targets]:
                found[file.stem] = ast.literal_eval(node.value)
    return found


def path(kind: str, name: str) -> Path:
    """The data file of one entry. Raises UnknownNameError with the nearest name."""
    _check(kind, name)
    return _folder(kind) / f"{name}.toml"


def _folder(kind: str) -> Path:
    return PACKAGE.joinpath(*kind.split("."))


def _check(kind: str, name: str) -> None:
    if name not in names(kind):
        raise UnknownNameError(kind, name, names(kind))
