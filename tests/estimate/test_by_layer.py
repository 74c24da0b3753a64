"""Layers' shares add up to the whole, whatever their kernels say."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edgeflow.calibrate.designs import drawn
from edgeflow.estimate.by_layer import by_layer
from edgeflow.families import _family
from edgeflow.kernels._cost import Cost

DESIGN = drawn(2).design(_family.load("ecp5"))
AMOUNT = st.integers(0, 100_000)
CELLS = st.fixed_dictionaries(dict.fromkeys(("luts", "ffs", "brams", "dsps"), AMOUNT))


@given(CELLS, st.lists(st.builds(Cost, AMOUNT, AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=9))
def test_shares_add_up_and_none_is_negative(cells, said):
    layers = tuple(replace(DESIGN.layers[0], cost=cost) for cost in said)
    shares = by_layer(replace(DESIGN, layers=layers), cells)
    for name, total in cells.items():
        own = [getattr(share, name) for share in shares]
        assert sum(own) == total and min(own) >= 0


def test_proportions_are_the_kernels():
    layers = tuple(replace(DESIGN.layers[0], cost=Cost(luts=n)) for n in (300, 100, 0))
    shares = by_layer(replace(DESIGN, layers=layers), {"luts": 200, "ffs": 6, "brams": 0, "dsps": 0})
    assert [share.luts for share in shares] == [150, 50, 0] and [share.ffs for share in shares] == [2, 2, 2]
