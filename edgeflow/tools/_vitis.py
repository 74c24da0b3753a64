"""Vitis HLS, where it is installed; not a tool that edgeflow needs, so ``edgeflow doctor`` does not ask for it."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

from edgeflow.errors import ToolError
from edgeflow.tools import _process
from edgeflow.tools._vendor import Found

NAME, OLDER = "vitis-run", "vitis_hls"
INSTALL = "install AMD Vitis and put it on PATH"
BUILD, PROJECT = "build.tcl", "hls"
PLACES = {
    "luts": ("AreaEstimates/Resources/LUT",),
    "ffs": ("AreaEstimates/Resources/FF",),
    "brams_18k": ("AreaEstimates/Resources/BRAM_18K",),
    "dsps": ("AreaEstimates/Resources/DSP", "AreaEstimates/Resources/DSP48E"),  # newer and older
    "latency_cycles": ("PerformanceEstimates/SummaryOfOverallLatency/Worst-caseLatency",),
    "interval_cycles": ("PerformanceEstimates/SummaryOfOverallLatency/Interval-max",),
    "period_ns": ("PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod",),
}


def found() -> bool:
    return any(shutil.which(name) for name in (NAME, OLDER))


def command() -> list[str]:
    return [NAME, "--mode", "hls", "--tcl", BUILD] if shutil.which(NAME) else [OLDER, "-f", BUILD]


def parse(csynth: str) -> Found:
    """The estimates of ``csynth.xml``. Raises ToolError."""
    try:
        root = ElementTree.fromstring(csynth)
    except ElementTree.ParseError as error:
        raise ToolError(f"{NAME}: csynth.xml: {error}") from None
    texts = {name: next(filter(None, map(root.findtext, places)), "") for name, places in PLACES.items()}
    missing = [name for name, text in texts.items() if not text.strip().replace(".", "", 1).isdigit()]
    if missing:
        raise ToolError(f"{NAME}: csynth.xml says no {', '.join(missing)}")
    version = root.findtext("ReportVersion/Version") or "unknown"
    return Found(version, {name: float(text) for name, text in texts.items()})


def run(folder: Path, top: str) -> Found:
    """Run ``folder/build.tcl``. Raises ToolError with the log's last lines."""
    argv = command()
    _process.run(_process.Job(argv[0], argv, folder, "vitis.log", INSTALL))
    report = next(folder.rglob("csynth.xml"), None)
    if report is None:
        raise ToolError(f"{argv[0]}: {top} was built without csynth.xml; log: {folder / 'vitis.log'}")
    return parse(report.read_text())
