"""What git knows of a folder: where its repository begins, which commit it stands at. Only a model's history asks, so
that nobody else needs git."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import InputError, MissingToolError


@dataclass(frozen=True)
class State:
    commit: str  # its full name
    changed: bool  # files differ from it


def top(folder: Path) -> Path:
    """The repository's folder. Raises InputError outside of one."""
    return Path(_said(folder, "rev-parse", "--show-toplevel"))


def state(folder: Path, apart_from: Path) -> State:
    """Of the repository around ``folder``; one file may differ. Raises InputError where there is no commit."""
    changed = _said(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", f":(exclude){apart_from.name}")
    return State(_said(folder, "rev-parse", "--verify", "HEAD"), bool(changed))


def _said(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise MissingToolError("git is not there; install it: apt-get install git") from None
    if done.returncode:
        raise InputError(f"{folder}: git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()
