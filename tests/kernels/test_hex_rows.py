"""Memory text, against plain Python integers, in whatever type the table is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.kernels._unit import hex_rows


def written(values, width):
    words = [sum((value % (1 << width)) << (width * i) for i, value in enumerate(row)) for row in values]
    return "".join(f"{word:0{-(-width * len(values[0]) // 4)}x}\n" for word in words)


@given(st.data())
def test_a_row_is_one_number(data):
    rows, lanes, width = (data.draw(st.integers(1, most)) for most in (5, 9, 70))
    kind = data.draw(st.sampled_from((np.int8, np.int32, np.int64)))
    ends = np.iinfo(kind)
    value = st.integers(int(ends.min), int(ends.max))
    values = data.draw(st.lists(st.lists(value, min_size=lanes, max_size=lanes), min_size=rows, max_size=rows))
    assert hex_rows(np.array(values, kind), width) == hex_rows(values, width) == written(values, width)


def test_the_ends_of_64_bits_keep_their_sign():
    values = [[-(2**63), 2**63 - 1, 2**62, -1, 0]]
    for width in (62, 63, 64, 65, 70):
        assert hex_rows(values, width) == written(values, width)


def test_an_index_of_one_word_is_a_zero():
    assert hex_rows([[0]], 0) == "0\n"
