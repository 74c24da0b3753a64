"""Gowin LittleBee (GW1N, GW1NR)."""

from edgeflow.families import _gowin
from edgeflow.families._pll import Limits, mhz
from edgeflow.rtl.delays import GW1N

# rPLL at speed C6/I5, Gowin DS117.
PLL = Limits(
    oscillator=mhz("400", "1200"),
    detector=mhz("3", "400"),
    output=mhz("3.125", "600"),
    input_divs=range(1, 65),
    feedback_divs=range(1, 65),
    output_divs=_gowin.OUTPUT_DIVS,
)

FAMILY = _gowin.family("gw1n", PLL, GW1N, board_mhz=80.0)
