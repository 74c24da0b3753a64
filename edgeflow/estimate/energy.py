"""Energy of an inference, modelled: what toggles, times what a toggle costs, and the device's own current meanwhile.

    energy(cells, activity, Timing(100.0, 1), ecp5.POWER, Part("LFE5U-85F", 83_640))

Of the bare core at full rate with the static power of the whole device; no board, no pins. Each constant is a range,
and so is the result. The only measurements beside it are of an iCE40UP5K, which its constants come from.
"""

from dataclasses import dataclass
from typing import Protocol

from edgeflow.estimate.activity import Activity
from edgeflow.families._power import Power, Range

OPERAND_BITS = 16  # of a multiplier: narrower products are added up in LUTs, wider than 8 x 8 are rare


class Cells(Protocol):
    """What a design takes: estimated, or as packed."""

    @property
    def luts(self) -> int: ...
    @property
    def ffs(self) -> int: ...
    @property
    def brams(self) -> int: ...
    @property
    def dsps(self) -> int: ...


@dataclass(frozen=True)
class Part:
    """The device."""

    name: str
    luts: int  # it has


@dataclass(frozen=True)
class Timing:
    clock_mhz: float
    interval_cycles: float  # between frames

    @property
    def frame_us(self) -> float:
        return self.interval_cycles / self.clock_mhz


@dataclass(frozen=True)
class Share:
    """One cause's part of an inference."""

    cause: str
    low_nj: float
    typical_nj: float
    high_nj: float
    inputs: str  # how many of what
    source: str


@dataclass(frozen=True)
class Energy:
    shares: tuple[Share, ...]  # static power is the last
    timing: Timing

    @property
    def frame_nj(self) -> float:
        return sum(share.typical_nj for share in self.shares)

    @property
    def low_nj(self) -> float:
        return sum(share.low_nj for share in self.shares)

    @property
    def high_nj(self) -> float:
        return sum(share.high_nj for share in self.shares)

    @property
    def dynamic_nj(self) -> float:
        return sum(share.typical_nj for share in self.shares[:-1])

    @property
    def dynamic_mw(self) -> float:
        return self.dynamic_nj / self.timing.frame_us

    @property
    def static_mw(self) -> float:
        return self.shares[-1].typical_nj / self.timing.frame_us


def energy(cells: Cells, activity: Activity, timing: Timing, power: Power, part: Part) -> Energy:
    """Of one frame. Logic and registers are counted as cells, and toggle as their means do."""
    cycles, volts = timing.interval_cycles, power.volts
    logic, registers = cells.luts * activity.logic, cells.ffs * activity.registers
    operands = cells.dsps * OPERAND_BITS * activity.registers
    half = cycles / 2  # a toggle is half a charge and discharge
    return Energy(
        (
            _switched("clock tree", cycles, power.tree_of(part.luts), volts, part.name),
            _switched("clocks of flip-flops", cells.ffs * cycles, power.ff_clock_pf, volts, f"{cells.ffs:,} FFs"),
            _switched("logic", logic * half, power.net_pf, volts, _toggling(cells.luts, "LUTs", activity.logic)),
            _switched(
                "registers", registers * half, power.net_pf, volts, _toggling(cells.ffs, "FFs", activity.registers)
            ),
            _switched("block memories", cells.brams * cycles, power.memory_pf, volts, f"{cells.brams} read each cycle"),
            _switched(
                "multipliers",
                operands * half,
                power.operand_pf,
                volts,
                _toggling(cells.dsps * OPERAND_BITS, "bits of operands", activity.registers),
            ),
            _static(power.static_of(part.name, part.luts), volts, timing, part.name),
        ),
        timing,
    )


def _switched(cause: str, times: float, pf: Range, volts: float, inputs: str) -> Share:
    low, typical, high = (times * c * volts**2 / 1000 for c in (pf.low, pf.typical, pf.high))
    return Share(cause, low, typical, high, f"{inputs}, {pf.typical:.3g} pF ({pf.low:.3g} to {pf.high:.3g})", pf.source)


def _static(ma: Range, volts: float, timing: Timing, device: str) -> Share:
    low, typical, high = (i * volts * timing.frame_us for i in (ma.low, ma.typical, ma.high))
    inputs = f"{device}, {ma.typical:.3g} mA ({ma.low:.3g} to {ma.high:.3g}) at {volts:g} V"
    return Share("static power", low, typical, high, inputs, ma.source)


def _toggling(count: int, what: str, rate: float) -> str:
    return f"{count:,} {what}, {rate:.3f} toggles a cycle"
