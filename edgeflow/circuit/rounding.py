"""Rounding and overflow as circuit operations: ``edgeflow.fixedpoint.cast``, unrolled."""

from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Fixed, Overflow, Rounding


def round_shift(circuit: Circuit, a: Term, shift: int, rounding: Rounding) -> Term:
    """``a / 2**shift`` rounded. Offsets are constants, so that they fold into a bias; ties cost a few gates."""
    if shift <= 0:
        return a << -shift
    half = 1 << (shift - 1)
    if rounding is Rounding.RND_CONV:
        return circuit.even(circuit.add(a, circuit.const(half)), shift)
    offset = {Rounding.RND: half, Rounding.TRN: 0, Rounding.TRN_ZERO: 0, Rounding.RND_INF: half}.get(rounding, half - 1)
    offset_by = circuit.add(a, circuit.const(offset))
    match rounding:
        case Rounding.RND_ZERO:  # one more where a is negative
            offset_by = circuit.add(offset_by, circuit.sign(a))
        case Rounding.RND_INF:  # one less where a is negative
            offset_by = circuit.add(offset_by, -circuit.sign(a))
        case Rounding.TRN_ZERO:  # all but one where a is negative
            negative = circuit.sign(a)
            offset_by = circuit.add(offset_by, circuit.add(negative << shift, -negative))
        case _:
            pass
    return circuit.drop(offset_by, shift)


def limit(circuit: Circuit, a: Term, y: Fixed, overflow: Overflow) -> Term:
    """Bring ``a`` into the range of ``y``; nothing where its interval shows that it is there already."""
    match overflow:
        case Overflow.SAT:
            return circuit.clip(a, y.lo, y.hi)
        case Overflow.SAT_SYM:
            return circuit.clip(a, y.symmetric_lo, y.hi)
        case Overflow.WRAP:
            return circuit.wrap(a, y)


def relu(circuit: Circuit, a: Term) -> Term:
    """``max(a, 0)``."""
    lo, hi = circuit.range(a)
    if lo >= 0:
        return a
    if hi <= 0:
        return circuit.const(0)
    return circuit.clip(a, 0, (1 << hi.bit_length()) - 1)
