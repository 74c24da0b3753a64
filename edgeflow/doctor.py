"""``edgeflow doctor``: which programs and packages are there, which versions, and what installs the missing ones.

Fast: versions come from package metadata; nothing heavy is imported.
"""

import re
from dataclasses import dataclass
from importlib import metadata

from edgeflow import catalog
from edgeflow.errors import MissingToolError
from edgeflow.tools._process import distribution_version


@dataclass(frozen=True)
class Found:
    name: str
    version: str | None  # None: missing
    install: str  # the line that installs it


def tools() -> list[Found]:
    """Every program that has a file in ``edgeflow/tools``."""
    modules = [catalog.load("tools", name) for name in catalog.names("tools")]
    return [Found(tool.NAME, tool.version(), tool.INSTALL) for tool in modules]


def packages() -> list[Found]:
    """What the installed edgeflow requires of pip, extras aside; empty in a checkout that is not installed."""
    try:
        required = metadata.requires("edgeflow") or []
    except metadata.PackageNotFoundError:
        return []
    names = sorted(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line)
    return [Found(name, distribution_version(name), f"pip install {name}") for name in names]


def table(found: list[Found]) -> str:
    """One line each: name, version, or what installs it."""
    width = max(len(item.name) for item in found)
    return "\n".join(f"{item.name:<{width}}  {item.version or f'missing: {item.install}'}" for item in found)


def exit_code(found: list[Found]) -> int:
    """0, or the code of MissingToolError."""
    return 0 if all(item.version for item in found) else MissingToolError.exit_code
