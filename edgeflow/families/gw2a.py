"""Gowin Arora (GW2A, GW2AR)."""

from edgeflow.families import _gowin
from edgeflow.families._pll import Limits, mhz
from edgeflow.rtl.delays import GW2A

# rPLL at speed C8/I7, Gowin DS226.
PLL = Limits(
    oscillator=mhz("500", "1250"),
    detector=mhz("3", "500"),
    output=mhz("3.90625", "625"),
    input_divs=range(1, 65),
    feedback_divs=range(1, 65),
    output_divs=_gowin.OUTPUT_DIVS,
)

FAMILY = _gowin.family("gw2a", PLL, GW2A, board_mhz=125.0)
