"""Where a thing is looked up by name: the file's stem is the name, the folder is the kind.

``kernels/dense.py`` is ``kernels: dense``, ``boards/ulx3s.toml`` is ``boards: ulx3s``, and
``sweep/samplers/tpe.py`` is ``sweep.samplers: tpe``. Listing names imports nothing; ``load`` imports exactly one
module.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

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


def path(kind: str, name: str) -> Path:
    """The data file of one entry. Raises UnknownNameError with the nearest name."""
    _check(kind, name)
    return _folder(kind) / f"{name}.toml"


def _folder(kind: str) -> Path:
    return PACKAGE.joinpath(*kind.split("."))


def _check(kind: str, name: str) -> None:
    if name not in names(kind):
        raise UnknownNameError(kind, name, names(kind))
