"""Dividers of the ECP5's PLL: ``solve(25, 100)`` gives the nearest clock it can make, exactly known.

output = input * feedback_div / input_div; the oscillator inside runs at output * output_div.
Limits: ECP5 family data sheet, FPGA-DS-02012, sysCLOCK PLL; the same as in Project Trellis' ecppll.
"""

from dataclasses import dataclass
from fractions import Fraction

from edgeflow.errors import InputError

VCO_MHZ = (400, 800)
DETECTOR_MHZ = (Fraction(25, 8), 400)
OUTPUT_MHZ = (Fraction(25, 8), 400)
DIVIDERS = range(1, 129)
TOLERANCE = Fraction(1, 100)  # of the clock asked for; the nearest may lie above or below


@dataclass(frozen=True)
class Pll:
    input_div: int
    feedback_div: int
    output_div: int
    output_mhz: float  # what it really makes


def solve(input_mhz: float, wanted_mhz: float) -> Pll:
    """The dividers whose clock is nearest to ``wanted_mhz``; of equals, the fastest phase detector (least jitter).

    Raises InputError if the nearest is more than one percent off, and names it.
    """
    source, wanted = Fraction(input_mhz), Fraction(wanted_mhz)
    found = [pll for div in DIVIDERS for pll in _candidates(source, div, wanted)]
    best = min(found, key=lambda pll: abs(source * pll.feedback_div / pll.input_div - wanted), default=None)
    if best is None or abs(Fraction(best.output_mhz) - wanted) > TOLERANCE * wanted:
        nearest = (
            f"the nearest is {best.output_mhz:g}" if best else f"it makes {float(OUTPUT_MHZ[0]):g} to {OUTPUT_MHZ[1]}"
        )
        raise InputError(
            f"implement: clock_mhz = {wanted_mhz:g} cannot be made from {input_mhz:g} MHz within 1 %: {nearest}; "
            "set recipe.hardware.clock_mhz to that"
        )
    return best


def _candidates(source: Fraction, input_div: int, wanted: Fraction) -> list[Pll]:
    """The feedback dividers on both sides of the wanted clock, each with the oscillator nearest mid-range."""
    detector = source / input_div
    if not DETECTOR_MHZ[0] <= detector <= DETECTOR_MHZ[1]:
        return []
    below = int(wanted / detector)
    found = []
    for feedback in (below, below + 1):
        output = detector * feedback
        output_div = min(DIVIDERS[-1], round(Fraction(sum(VCO_MHZ), 2) / output)) if output else 0
        in_range = OUTPUT_MHZ[0] <= output <= OUTPUT_MHZ[1] and VCO_MHZ[0] <= output * output_div <= VCO_MHZ[1]
        if feedback in DIVIDERS and output_div in DIVIDERS and in_range:
            found.append(Pll(input_div, feedback, output_div, float(output)))
    return found
