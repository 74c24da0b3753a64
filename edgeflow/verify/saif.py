"""SAIF (IEEE 1801 annex, as Verilator writes it): how often each bit of each net toggled in a simulation's window."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from edgeflow.errors import ToolError

DURATION = re.compile(r"\(DURATION (\d+)\)")
INSTANCE = re.compile(r"\(INSTANCE ([^\s()]+)$")
# (name\[3\] (T0 9) (T1 1) (TZ 0) (TX 0) (TB 0) (TC 2))
BIT = re.compile(r"\((\S+?)(?:\\\[(\d+)\\\])? \(T0 \d+\) \(T1 \d+\)(?: \(T[ZXB] \d+\))* \(TC (\d+)\)\)")


@dataclass(frozen=True)
class Bit:
    path: tuple[str, ...]  # of instances, the outermost first
    net: str
    index: int
    toggles: int


def duration(text: str) -> int:
    """Of the window, in the file's time units. Raises ToolError for text that is no SAIF."""
    found = DURATION.search(text)
    if not found:
        raise ToolError("saif: no DURATION; the simulator did not close its file")
    return int(found[1])


def bits(text: str) -> Iterator[Bit]:
    """Every bit of the file. Nets that are one net under several names come under each."""
    path: list[str] = []
    nested = 0  # brackets inside the innermost instance: its list of nets
    for line in text.splitlines():
        stripped = line.strip()
        if found := INSTANCE.match(stripped):
            path.append(found[1])
        elif stripped == "(NET":
            nested += 1
        elif stripped == ")":
            if nested:
                nested -= 1
            elif path:
                path.pop()
        elif nested and (found := BIT.match(stripped)):
            yield Bit(tuple(path), found[1], int(found[2] or 0), int(found[3]))
