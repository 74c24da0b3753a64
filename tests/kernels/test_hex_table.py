"""Memory text of an array: what the general function writes, in whatever type the array is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.kernels._unit import hex_rows, hex_table


@given(st.data())
def test_a_table_is_written_as_its_rows_are(data):
    rows, lanes, width = (data.draw(st.integers(1, most)) for most in (5, 9, 70))
    kind = data.draw(st.sampled_from((np.int8, np.int32, np.int64)))
    ends = np.iinfo(kind)
    value = st.integers(ends.min, ends.max)
    values = data.draw(st.lists(st.lists(value, min_size=lanes, max_size=lanes), min_size=rows, max_size=rows))
    assert hex_table(np.array(values, kind), width) == hex_rows(values, width)
