"""Quartus, where it is installed; not a tool that edgeflow needs, so ``edgeflow doctor`` does not ask for it."""

import re
import shutil
from pathlib import Path

from edgeflow.errors import ToolError
from edgeflow.tools import _process
from edgeflow.tools._vendor import Found

NAME = "quartus_sh"
INSTALL = "install Intel Quartus and put it on PATH"
BUILD = "build.tcl"
FIT = {
    "alms": r"Logic utilization \(in ALMs\) : ([\d,]+)",
    "ffs": r"Total registers : ([\d,]+)",
    "bram_bits": r"Total block memory bits : ([\d,]+)",
    "dsps": r"Total DSP Blocks : ([\d,]+)",
}
SLACK = r"Type  : .* Setup '.*'\s+Slack : (-?[\d.]+)"


def found() -> bool:
    return shutil.which(NAME) is not None


def command() -> list[str]:
    return [NAME, "-t", BUILD]


def parse(fit: str, sta: str) -> Found:
    """Cells from the fitter's summary and the worst setup slack from the timing analyzer's. Raises ToolError."""
    used = {name: re.search(pattern, fit) for name, pattern in FIT.items()}
    slacks = [float(slack) for slack in re.findall(SLACK, sta)]
    missing = [name for name, match in used.items() if not match] + ([] if slacks else ["slack_ns"])
    if missing:
        raise ToolError(f"{NAME}: its summaries say no {', '.join(missing)}")
    counted = {name: float(match[1].replace(",", "")) for name, match in used.items() if match}
    version = re.search(r"Version : (.*)", fit)
    return Found(version[1].strip() if version else "unknown", counted | {"slack_ns": min(slacks)})


def run(folder: Path, top: str) -> Found:
    """Run ``folder/build.tcl``. Raises ToolError with the log's last lines."""
    _process.run(_process.Job(NAME, command(), folder, "quartus.log", INSTALL))
    summaries = [next(folder.rglob(f"{top}.{kind}.summary"), None) for kind in ("fit", "sta")]
    fit, sta = (path.read_text() if path else "" for path in summaries)
    return parse(fit, sta)
