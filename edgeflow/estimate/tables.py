"""Tables of constants, $readmemh text, as synthesis sees them: what varies in them, what is set, what is equal."""

from functools import lru_cache
from math import ceil


@lru_cache(maxsize=64)  # each table is looked at a few times
def rows_of(text: str) -> list[int]:
    return [int(line, 16) for line in text.split()]


def varying(text: str, lowest: int = 0) -> int:
    """Columns that are not the same in all rows, from bit ``lowest`` on."""
    rows = rows_of(text)
    low, high = rows[0], rows[0]
    for row in rows:
        low, high = low & row, high | row
    return ((low ^ high) >> lowest).bit_count()


def set_in(text: str, lowest: int, width: int) -> bool:
    """Whether a field is anything but zero in some row."""
    return any(row >> lowest & ((1 << width) - 1) for row in rows_of(text))


def fields(text: str, number: int, width: int) -> list[int]:
    """Of so many fields of a row, the lowest first: the bits that are set in any row."""
    used = 0
    for row in rows_of(text):
        used |= row
    return [used >> (i * width) & ((1 << width) - 1) for i in range(number)]


def different(text: str) -> int:
    """Columns that are not the same in all rows, equal ones once."""
    rows = rows_of(text)
    columns = {sum(((row >> bit) & 1) << i for i, row in enumerate(rows)) for bit in range(max(rows).bit_length())}
    return len(columns - {0, (1 << len(rows)) - 1})


def rom(text: str) -> int:
    """Four-input LUTs of a table in logic: one for each different column of up to 16 rows."""
    rows = rows_of(text)
    width, index = max(rows).bit_length(), (len(rows) - 1).bit_length()
    everything = (1 << len(rows)) - 1
    columns = {sum(((row >> bit) & 1) << i for i, row in enumerate(rows)) for bit in range(width)}
    kept = {min(column, column ^ everything) for column in columns} - {0}
    selects = {sum(((i >> bit) & 1) << i for i in range(len(rows))) for bit in range(index)}
    kept -= {min(column, column ^ everything) for column in selects}
    return len(kept) * ceil(len(rows) / 16)
