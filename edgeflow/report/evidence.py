"""``Evidence``: what the stages found of one design, wherever its network came from."""

from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.boards._board import Budget
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.analytic import Estimate, Sketch
from edgeflow.estimate.energy import Energy
from edgeflow.implement.result import Cells, Implementation
from edgeflow.verify.verification import Verification

COSTS = {"luts": "LUTs", "ffs": "FFs", "brams": "BRAMs", "dsps": "DSPs"}  # and how people write them
CYCLES = {"latency_cycles": "Latency, cycles", "interval_cycles": "Interval, cycles"}


@dataclass(frozen=True)
class Layer:
    """One line of the mapping: what a layer is and what it became."""

    name: str
    kind: str
    shape: str
    formats: str
    folding: str
    interval_cycles: int  # exact: of the layer's slowest unit
    cost: dict[str, int]  # estimated
    sets_interval: bool


@dataclass(frozen=True)
class ModelledEnergy:
    """Of one inference, with what it was modelled from."""

    energy: Energy
    activity: Activity
    cells: str  # their kind: "estimated" or "packed"

    def content(self) -> dict[str, Any]:
        """As plain data."""
        energy = self.energy
        figures = ("frame_nj", "low_nj", "high_nj", "dynamic_mw", "static_mw")
        return {
            **{name: getattr(energy, name) for name in figures},
            **asdict(energy.timing),
            "activity": asdict(self.activity),
            "cells": self.cells,
            "shares": [asdict(share) for share in energy.shares],
        }


@dataclass(frozen=True)
class Provenance:
    commands: dict[str, str]  # what made this, and what to do with it inside the run's folder
    hashes: dict[str, str]  # sha256


@dataclass(frozen=True, eq=False)
class Evidence:
    name: str
    seed: int
    clock_mhz: float  # wished for
    budget: Budget  # of the board's device
    verification: Verification
    estimate: Estimate
    layers: list[Layer]
    seconds: dict[str, float]  # of each stage, when it was built
    provenance: Provenance
    core: Cells | None = None  # packed; like the next one None where the run ended before
    implementation: Implementation | None = None
    energy: ModelledEnergy | None = None

    @property
    def latency_us(self) -> float:
        return self.verification.latency_cycles / self.clock_mhz

    def content(self) -> dict[str, Any]:
        """As plain data, with what follows from it; what the run did not make has no key."""
        verification = self.verification
        simulators = {"simulator": verification.simulator, "netlist simulator": verification.netlist_simulator}
        implementation = self.implementation
        content: dict[str, Any] = {
            "name": self.name,
            "seed": self.seed,
            "clock_mhz": self.clock_mhz,
            "budget": asdict(self.budget),
            "verification": _verification(verification),
            "confusion": [list(row) for row in verification.confusion],
            "estimate": plain_estimate(self.estimate),
            "estimate_error": _errors(self.estimate, self.core) if self.core else None,
            "core": asdict(self.core) if self.core else None,
            "implementation": _implementation(implementation) if implementation else None,
            "floorplan": asdict(implementation.floorplan) if implementation and implementation.floorplan else None,
            "latency_us": self.latency_us,
            "frames_per_second": self.clock_mhz * 1e6 / verification.interval_cycles,
            "energy": self.energy.content() if self.energy else None,
            "layers": [asdict(layer) for layer in self.layers],
            "seconds": self.seconds,
            "tools": (implementation.tools if implementation else {})
            | {name: version for name, version in simulators.items() if version},
            "commands": self.provenance.commands,
            "hashes": self.provenance.hashes,
        }
        return {key: value for key, value in content.items() if value not in (None, [])}


def _verification(verification: Verification) -> dict[str, Any]:
    elsewhere = ("difference", "accuracy", "confusion", "waves")  # none; with other scores; a section; a file
    return {key: value for key, value in asdict(verification).items() if key not in elsewhere}


def _implementation(implementation: Implementation) -> dict[str, Any]:
    elsewhere = ("tools", "seconds", "floorplan")
    content = {key: value for key, value in asdict(implementation).items() if key not in elsewhere}
    return content | {
        "fmax_spread_mhz": implementation.fmax_spread_mhz,
        "bitstream": implementation.bitstream.name if implementation.bitstream else None,
        "fmax_mhz_by_seed": {str(seed): mhz for seed, mhz in implementation.fmax_mhz_by_seed.items()},
    }


def plain_estimate(estimate: Estimate | Sketch) -> dict[str, Any]:
    """With lists, as JSON reads them back."""
    within = {figure: list(ends) for figure, ends in estimate.within.items()}
    return asdict(estimate) | {"within": within, "outside": list(estimate.outside)}


def _errors(estimate: Estimate, core: Cells) -> dict[str, float | None]:
    return {key: relative_error(getattr(estimate, key), getattr(core, key)) for key in COSTS}


def relative_error(estimated: int, found: int) -> float | None:
    """Estimated over found, less one; None where nothing was found of what was estimated."""
    return estimated / found - 1 if found else None if estimated else 0.0
