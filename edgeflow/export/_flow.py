"""Write a run's design for a vendor's tool, and run the tool where it is installed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from edgeflow import catalog
from edgeflow.errors import InputError
from edgeflow.tools._vendor import Found


@dataclass(frozen=True)
class Wish:
    to: str
    part: str | None = None  # the vendor's default otherwise
    clock_mhz: float = 100.0
    run: bool = True  # the vendor's tool, if it is on PATH


@dataclass(frozen=True)
class Exported:
    folder: Path
    part: str
    results: Found | None  # of the vendor's tool, if it ran


def export(run: Path, wish: Wish) -> Exported:
    """Write ``RUN/export/<to>``. Raises InputError, UnknownNameError, or ToolError of the vendor's tool."""
    target = catalog.load("export", wish.to)
    design = target.read(run)
    if not 0 < wish.clock_mhz <= 1000:
        raise InputError(f"export: clock_mhz = {wish.clock_mhz:g} is not above 0 and up to 1000")
    folder = run / "export" / wish.to
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in design.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(design.folder / name, folder / name)
    part = wish.part or target.PART
    for name, text in target.files(design, part, wish.clock_mhz).items():
        (folder / name).write_text(text)
    installed = wish.run and target.tool and target.tool.found()
    return Exported(folder, part, target.tool.run(folder, design.top) if installed else None)
