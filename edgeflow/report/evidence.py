"""``Evidence``: what the stages found of one design, wherever its network came from."""

from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.estimate.analytic import Estimate
from edgeflow.implement.result import Cells, Implementation
from edgeflow.verify.verification import Verification

COSTS = ("luts", "ffs", "brams", "dsps")


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


@dataclass(frozen=True, eq=False)
class Evidence:
    name: str
    seed: int
    verification: Verification
    estimate: Estimate
    core: Cells
    implementation: Implementation
    layers: list[Layer]
    seconds: dict[str, float]  # of each stage, when it was built

    @property
    def latency_us(self) -> float:
        return self.verification.latency_cycles / self.implementation.clock_mhz

    def content(self) -> dict[str, Any]:
        """As plain data, with what follows from it."""
        clock_mhz, verification = self.implementation.clock_mhz, self.verification
        return {
            "name": self.name,
            "seed": self.seed,
            "verification": _verification(verification),
            "estimate": asdict(self.estimate),
            "estimate_error": _errors(self.estimate, self.core),
            "core": asdict(self.core),
            "implementation": _implementation(self.implementation),
            "latency_us": self.latency_us,
            "frames_per_second": clock_mhz * 1e6 / verification.interval_cycles,
            "layers": [asdict(layer) for layer in self.layers],
            "seconds": self.seconds,
            **({"confusion": list(map(list, verification.confusion))} if verification.confusion else {}),
            "tools": self.implementation.tools
            | {"simulator": verification.simulator}
            | ({"netlist simulator": verification.netlist_simulator} if verification.netlist_simulator else {}),
        }


def _verification(verification: Verification) -> dict[str, Any]:
    elsewhere = ("difference", "accuracy", "confusion", "waves")  # none; with other scores; a section; a file
    return {key: value for key, value in asdict(verification).items() if key not in elsewhere}


def _implementation(implementation: Implementation) -> dict[str, Any]:
    content = {key: value for key, value in asdict(implementation).items() if key not in ("tools", "seconds")}
    return content | {
        "bitstream": implementation.bitstream.name if implementation.bitstream else None,
        "fmax_mhz_by_seed": {str(seed): mhz for seed, mhz in implementation.fmax_mhz_by_seed.items()},
    }


def _errors(estimate: Estimate, core: Cells) -> dict[str, float | None]:
    """Estimate over packed core, less one; None where there is nothing."""
    pairs = {key: (getattr(estimate, key), getattr(core, key)) for key in COSTS}
    return {key: guess / real - 1 if real else (0.0 if guess == real else None) for key, (guess, real) in pairs.items()}
