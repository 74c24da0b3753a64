"""Dividers of a PLL: ``solve(limits, 25, 100)`` gives the nearest clock it can make, exactly known.

output = input * feedback_div / input_div, and the oscillator inside runs at output * output_div; or, where the feedback
is the oscillator itself, oscillator = input * feedback_div / input_div and output = oscillator / output_div.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from edgeflow.errors import InputError

TOLERANCE = Fraction(1, 100)  # of the clock asked for; the nearest may lie above or below


@dataclass(frozen=True)
class Limits:
    """MHz, lowest and highest."""

    oscillator: tuple[Fraction, Fraction]
    detector: tuple[Fraction, Fraction]  # input / input_div
    output: tuple[Fraction, Fraction]
    input_divs: Sequence[int]
    feedback_divs: Sequence[int]
    output_divs: Sequence[int]
    feeds_back_oscillator: bool = False


@dataclass(frozen=True)
class Pll:
    input_div: int
    feedback_div: int
    output_div: int
    output_mhz: float  # what it really makes


def mhz(low: str, high: str) -> tuple[Fraction, Fraction]:
    return Fraction(low), Fraction(high)


def solve(limits: Limits, input_mhz: float, wanted_mhz: float) -> Pll:
    """The dividers whose clock is nearest to ``wanted_mhz``; of equals, the fastest phase detector (least jitter), and
    then the oscillator nearest to the middle of its range.

    Raises InputError if the nearest is more than one percent off, and names it.
    """
    source, wanted = Fraction(input_mhz), Fraction(wanted_mhz)
    middle = (limits.oscillator[0] + limits.oscillator[1]) / 2

    def rank(found: tuple[Pll, Fraction, Fraction]) -> tuple[Fraction, int, Fraction]:
        pll, output, oscillator = found
        return abs(output - wanted), pll.input_div, abs(oscillator - middle)

    best = min(_candidates(limits, source, wanted), key=rank, default=None)
    if best is None or abs(best[1] - wanted) > TOLERANCE * wanted:
        low, high = (float(bound) for bound in limits.output)
        nearest = f"the nearest is {best[0].output_mhz:g}" if best else f"it makes {low:g} to {high:g}"
        raise InputError(
            f"implement: clock_mhz = {wanted_mhz:g} cannot be made from {input_mhz:g} MHz within 1 %: {nearest}; "
            "set recipe.hardware.clock_mhz to that"
        )
    return best[0]


def _candidates(limits: Limits, source: Fraction, wanted: Fraction) -> Iterator[tuple[Pll, Fraction, Fraction]]:
    """The feedback dividers on both sides of the wanted clock, with the exact clocks of output and oscillator.

    Where the oscillator is not fed back its divider does not change the output: the one nearest mid-range is enough.
    """
    middle = (limits.oscillator[0] + limits.oscillator[1]) / 2
    calm = min(limits.output_divs, key=lambda div: abs(wanted * div - middle))
    for input_div in limits.input_divs:
        detector = source / input_div
        if not _within(limits.detector, detector):
            continue
        for output_div in limits.output_divs if limits.feeds_back_oscillator else (calm,):
            step = detector / output_div if limits.feeds_back_oscillator else detector
            below = int(wanted / step)
            for feedback_div in (below, below + 1):
                output = step * feedback_div
                fits = _within(limits.output, output) and _within(limits.oscillator, output * output_div)
                if fits and feedback_div in limits.feedback_divs:
                    yield Pll(input_div, feedback_div, output_div, float(output)), output, output * output_div


def _within(limits: tuple[Fraction, Fraction], value: Fraction) -> bool:
    return limits[0] <= value <= limits[1]
