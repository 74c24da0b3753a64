"""What place and route found: an ``Implementation``, saved as JSON beside its bitstream."""

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from edgeflow.implement.floorplan import Floorplan
from edgeflow.tools._nextpnr import Routed

FILE = "implementation.json"


@dataclass(frozen=True)
class Cells:
    """What a design takes on the device, in the units of its family (edgeflow/families)."""

    luts: int
    ffs: int
    brams: int
    dsps: int
    carries: int  # counted in luts

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Cells":
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class Implementation:
    """Routed numbers of the best seed; ``board`` and ``bitstream`` are None out of context."""

    board: str | None
    device: str
    luts: int  # placed; in the units of the device's family, as the next three
    ffs: int
    brams: int
    dsps: int
    carries: int  # after synthesis; counted in luts
    seed: int  # the best one: all here is of it, the bitstream too
    fmax_mhz: float
    fmax_mhz_by_seed: dict[int, float]
    clock_mhz: float  # what the core is clocked with and nextpnr aimed at
    timing_met: bool
    bitstream: Path | None
    bitstream_bytes: int | None
    tools: dict[str, str]  # name -> version
    seconds: float
    floorplan: Floorplan | None = None  # of the best seed

    @property
    def fmax_spread_mhz(self) -> float:
        """From the slowest seed to the fastest."""
        return max(self.fmax_mhz_by_seed.values()) - min(self.fmax_mhz_by_seed.values())

    def save(self, folder: Path) -> None:
        """Write ``implementation.json`` and the bitstream into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        data = asdict(self)
        if self.bitstream:
            data["bitstream"] = self.bitstream.name
            if self.bitstream.resolve().parent != folder.resolve():
                shutil.copyfile(self.bitstream, folder / self.bitstream.name)
        (folder / FILE).write_text(json.dumps(data, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Implementation":
        data = json.loads((folder / FILE).read_text())
        data["fmax_mhz_by_seed"] = {int(seed): mhz for seed, mhz in data["fmax_mhz_by_seed"].items()}
        if data["floorplan"]:
            data["floorplan"] = Floorplan(**{key: tuple(value) for key, value in data["floorplan"].items()})
        loaded = cls(**data)
        return replace(loaded, bitstream=folder / data["bitstream"]) if data["bitstream"] else loaded


def best_of(routed: list[Routed]) -> Routed:
    """The fastest; of equals the smallest, then the first."""
    return min(routed, key=lambda run: (-run.slowest_mhz, sum(run.used.values())))
