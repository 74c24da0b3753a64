"""What switching costs in a family: effective capacitances, each with its range and where it comes from.

No vendor publishes these, so none is exact. Three sources carry them all; docs/decisions/027 shows the arithmetic:

- ``UP5K``: currents of an iCE40UP5K's core at 1.219 V, measured on github.com/tinyvision-ai-inc/ice40_power.
- ``VTR``: energies of block memories and multipliers at 40 nm and 0.9 V in VTR's architectures (VersaPower, FPT'12).
- ``VIRTEX``: 5.9 uW per MHz of a Virtex-II CLB at 150 nm and 1.5 V, Shang, Kaviani, Bathala, FPGA'02.

Capacitance is taken to shrink with the process's length, energy with the square of the voltage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt


@dataclass(frozen=True)
class Range:
    """A constant that is known no better than this."""

    low: float
    typical: float
    high: float
    source: str

    def __post_init__(self) -> None:
        assert 0 <= self.low <= self.typical <= self.high

    def scaled(self, factor: float, why: str) -> "Range":
        return Range(self.low * factor, self.typical * factor, self.high * factor, f"{self.source}; {why}")


@dataclass(frozen=True)
class Power:
    """Of a family; a toggle takes ``C V**2 / 2``, a clock cycle, which is two, ``C V**2``."""

    volts: float  # of the core
    net_pf: Range  # a net behind a LUT or flip-flop: routing, what it drives, glitches on the way
    ff_clock_pf: Range  # a flip-flop's clock, each cycle
    memory_pf: Range  # a block memory, each cycle
    operand_pf: Range  # a bit of a multiplier's operand, each toggle
    tree_pf: Range  # the global clock of a device as large as an iCE40UP5K, each cycle
    static_ua: Range  # of a LUT and all around it when nothing switches
    static_ma: Mapping[str, Range] = field(default_factory=dict)  # the same of whole devices, where known better

    def tree_of(self, luts: int) -> Range:
        """The clock network of a device: its trunk at least, its area at most."""
        times, tree = max(1.0, luts / UP5K_LUTS), self.tree_pf
        why = f"{tree.source}; times 1, {sqrt(times):.1f}, {times:.1f}: trunk, side, area of {luts:,} LUTs"
        return Range(tree.low, tree.typical * sqrt(times), tree.high * times, why)

    def static_of(self, device: str, luts: int) -> Range:
        """The core's current in mA."""
        return self.static_ma.get(device) or self.static_ua.scaled(luts / 1000, f"{luts:,} LUTs")


UP5K_LUTS = 5280
UP5K = "measured on an iCE40UP5K (tinyvision-ai-inc/ice40_power)"
VTR = "VTR's 40 nm architecture (VersaPower, FPT'12)"
VIRTEX = "Virtex-II (Shang et al., FPGA'02)"

NET = Range(0.09, 0.3, 0.8, f"{UP5K}: a counter to an 8 x 8 multiplier in LUTs with its glitches")
FF_CLOCK = Range(0.003, 0.006, 0.010, f"{UP5K}: at most 15 fJ for each bit of a counter")
TREE = Range(30, 35, 40, f"{UP5K}: 521 uA at 12 MHz with 32 cells clocked")
MEMORY = Range(8, 22, 44, f"{VTR}: 18 pJ a cycle, 36 with two ports; low: a third")
OPERAND = Range(1.5, 2.7, 4.0, f"{VTR}: 1.09 pJ a toggle; 1.9 to 2.8 pJ {UP5K}")
