"""Constant matrix products as adder graphs: ``y = x @ weight + bias`` with shared subexpressions, no multiplier."""

import numpy as np

from edgeflow.circuit import solver
from edgeflow.circuit.cost import luts
from edgeflow.circuit.graph import Circuit, Term
from edgeflow.fixedpoint import Integers


def matrix_product(circuit: Circuit, x: list[Term], weight: Integers, bias: Integers) -> list[Term]:
    """Add ``x @ weight + bias`` to the circuit. Of several solver strategies the one with the fewest LUTs is kept.

    A quick circuit has one of its own.
    """
    intervals = [circuit.range(term) for term in x]
    if not weight.any():
        return [circuit.const(int(b)) for b in bias]
    if circuit.quick:
        return _build(circuit, x, weight, bias, solver.QUICK)
    cheapest = min(solver.SEARCHED, key=lambda strategy: _luts_alone(intervals, weight, strategy))
    return _build(circuit, x, weight, bias, cheapest)


def _luts_alone(intervals: list[tuple[int, int]], weight: Integers, strategy: solver.Strategy) -> int:
    trial = Circuit()
    x = [trial.input(i, lo, hi) for i, (lo, hi) in enumerate(intervals)]
    trial.outputs = _build(trial, x, weight, np.zeros(weight.shape[1], np.int64), strategy)
    return luts(trial)


def _build(circuit: Circuit, x: list[Term], weight: Integers, bias: Integers, strategy: solver.Strategy) -> list[Term]:
    if not weight.any():
        return [circuit.const(int(b)) for b in bias]
    if np.abs(weight).max() >> solver.WEIGHT_BITS:
        return _build_in_halves(circuit, x, weight, bias, strategy)
    lo, hi = zip(*(circuit.range(term) for term in x), strict=True)
    values: list[Term | None] = list(x)
    for stage in solver.stages(weight, list(lo), list(hi), strategy):
        values = _stage(circuit, values, stage)
    return [
        circuit.const(int(b)) if term is None else circuit.add(_whole(term), circuit.const(int(b)))
        for term, b in zip(values, bias, strict=True)
    ]


def _build_in_halves(
    circuit: Circuit, x: list[Term], weight: Integers, bias: Integers, strategy: solver.Strategy
) -> list[Term]:
    """Weights wider than the solver is exact for: their upper and lower bits as two products."""
    bits = solver.WEIGHT_BITS
    upper = _build(circuit, x, weight >> bits, np.zeros_like(bias), strategy)
    lower = _build(circuit, x, weight & ((1 << bits) - 1), bias, strategy)
    return [circuit.add(high << bits, low) for high, low in zip(upper, lower, strict=True)]


def _stage(circuit: Circuit, x: list[Term | None], stage: solver.Stage) -> list[Term | None]:
    zero = circuit.const(0)
    inputs = [_shifted(term or zero, by) for term, by in zip(x, stage.input_shifts, strict=True)]
    made: list[Term] = []
    for item in stage.sums:
        if isinstance(item, int):
            made.append(inputs[item])
        else:
            made.append(_sum(circuit, made[item.left], made[item.right], item.shift, item.sign))
    return [
        None if value < 0 else _signed(_shifted(made[value], shift), negative)
        for value, shift, negative in stage.outputs
    ]


def _sum(circuit: Circuit, left: Term, right: Term, shift: int, sign: int) -> Term:
    """``left + sign * right * 2**shift``. Shifts below zero stay symbolic: the solver takes them back at an output."""
    right = _signed(_shifted(right, shift), sign < 0)
    low = min(left.shift, right.shift)
    whole = circuit.add(_shifted(left, -low), _shifted(right, -low))
    return _shifted(whole, low)


def _shifted(term: Term, by: int) -> Term:
    return Term(term.node, term.shift + by, term.negative)


def _signed(term: Term, negative: bool) -> Term:
    return -term if negative else term


def _whole(term: Term) -> Term:
    assert term.shift >= 0, "an integer matrix product ends on the integer grid"
    return term
