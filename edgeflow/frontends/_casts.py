"""When a cast matters, and how real inputs become a network's integers."""

from edgeflow.fixedpoint import Fixed, Overflow
from edgeflow.frontends._nodes import Cast, Node


def input_cast(nodes: tuple[Node, ...]) -> Cast:
    """The input node's ``result_t`` with its own modes: real inputs to the network's integers."""
    return nodes[0].types["result_t"]


def overflows(x: Fixed, t: Cast) -> bool:
    """Whether some value of ``x`` leaves ``t``; rounding up at the top counts."""
    lowest = -t.y.hi if t.overflow is Overflow.SAT_SYM and t.y.signed else t.y.lo
    shift = t.y.frac - x.frac
    if shift >= 0:
        return x.lo << shift < lowest or x.hi << shift > t.y.hi
    return x.lo < lowest << -shift or x.hi > t.y.hi << -shift


def changes(x: Fixed, t: Cast) -> bool:
    """Whether assigning some value of ``x`` to ``t`` gives another value."""
    return t.y.frac < x.frac or overflows(x, t)
