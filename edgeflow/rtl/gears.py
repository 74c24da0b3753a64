"""Gears between units of different width: narrow beats collected, wide beats handed on piece by piece."""

from math import gcd

from edgeflow.kernels._cost import Cost, counter
from edgeflow.kernels._handshake import Collector, Splitter
from edgeflow.kernels._unit import Unit


def gears(features: int, bits: int, in_lanes: int, out_lanes: int) -> list[Unit]:
    """The units that turn beats of ``in_lanes`` values into beats of ``out_lanes``; both divide ``features``.

    Where neither divides the other, beats pass through their greatest common divisor.
    """
    common = gcd(in_lanes, out_lanes)
    down = [_downsize(features, bits, in_lanes, common)] if in_lanes > common else []
    up = [_upsize(features, bits, common, out_lanes)] if out_lanes > common else []
    return down + up


def _upsize(features: int, bits: int, narrow: int, wide: int) -> Unit:
    ratio = wide // narrow
    return Unit(
        "ef_upsize",
        {"Width": narrow * bits, "Ratio": ratio},
        in_lanes=narrow,
        in_bits=narrow * bits,
        out_lanes=wide,
        interval_cycles=features // narrow,
        handshake=lambda: Collector(ratio),
        cost=Cost(luts=2, ffs=wide * bits + 1) + counter(ratio.bit_length()),
    )


def _downsize(features: int, bits: int, wide: int, narrow: int) -> Unit:
    ratio = wide // narrow
    return Unit(
        "ef_downsize",
        {"Width": narrow * bits, "Ratio": ratio},
        in_lanes=wide,
        in_bits=wide * bits,
        out_lanes=narrow,
        interval_cycles=features // narrow,
        handshake=lambda: Splitter(ratio),
        cost=Cost(luts=(wide - narrow) * bits + 3, ffs=wide * bits + 1) + counter(ratio.bit_length()),
    )
