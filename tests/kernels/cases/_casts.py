"""What relu and requantize share: formats of a cast, each with all modes."""

from itertools import product

import pick as choose

from edgeflow.fixedpoint import Fixed, Overflow, Rounding

FORMATS = {
    "narrower": (Fixed(7, 4), Fixed(4, 1)),
    "to_unsigned": (Fixed(7, 3), Fixed(4, 1, signed=False)),
    "from_unsigned": (Fixed(6, 3, signed=False), Fixed(4, 1)),
    "more_fraction": (Fixed(5, 0), Fixed(7, 3)),
    "same": (Fixed(5, 2), Fixed(5, 2)),
    "only_limits": (Fixed(7, 2), Fixed(4, 2)),
    "all_bits_dropped": (Fixed(4, 9), Fixed(4, 1)),
    "sign_alone": (Fixed(6, 2), Fixed(1, 0)),
    "one_bit_unsigned": (Fixed(6, 2), Fixed(1, 0, signed=False)),
    "negative_fraction": (Fixed(8, -1), Fixed(5, -4)),
    "fraction_over_width": (Fixed(4, 7), Fixed(2, 5, signed=False)),
    "one_bit_in": (Fixed(1, 1), Fixed(3, 0)),
    "much_wider": (Fixed(3, 1), Fixed(24, 9)),
}


def random_cast(kind, pick, x, features):
    return kind(x, choose.number_format(pick, frac=x.frac - 2), *choose.modes(pick), features)


def corner_casts(kind):
    return {
        f"{name}_{rounding}_{overflow}".lower(): kind(x, y, rounding, overflow, 1)
        for (name, (x, y)), rounding, overflow in product(FORMATS.items(), Rounding, Overflow)
    }
