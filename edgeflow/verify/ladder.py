"""The verification ladder: framework -> executor -> csim -> Network -> RTL -> netlist, every logit exactly equal.

Logits of all rungs are compared as real numbers; they are dyadic rationals well inside 53 bits, so ``==`` is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._lowered import Lowered
from edgeflow.kernels.table import Table
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import _process, cocotb, cxxrtl, verilator
from edgeflow.verify import case as cases
from edgeflow.verify import extremes
from edgeflow.verify import netlist as netlists
from edgeflow.verify.cause import cause
from edgeflow.verify.confusion import confusion
from edgeflow.verify.layers import FRAMES, Trace, first_layer, trace, why
from edgeflow.verify.locate import Place, Regenerate, first_difference, locate, netlist_look, rtl_look
from edgeflow.verify.simulate import simulate
from edgeflow.verify.verification import Difference, Verification

Logits = NDArray[np.float64]  # (samples, classes)
SCORED = {"csim": "firmware", "Network": "network", "RTL": "rtl", "netlist": "netlist"}  # names in the report


@dataclass(frozen=True)
class Rung:
    name: str
    logits: Logits
    samples: Integers | None = None  # which frames these are; None is all of them
    trace: Trace | None = None  # its layers' values, where it can tell them


def verify(
    above: Sequence[Rung],
    lowered: Lowered,
    design: Design,
    x: Integers,
    labels: NDArray[np.integer],
    seed: int,
    store: Store,
    waves: Path | None = None,
    regenerate: Regenerate | None = None,
    simulated: Integers | None = None,
    in_netlist: Integers | None = None,
) -> Verification:
    """Compare all rungs, those ``above`` the network first, on frames ``x``; the first ``len(labels)`` of them are the
    test split. ``simulated`` are the frames that the RTL gets, if not all; ``in_netlist`` those of the netlist, which
    costs a synthesis: None is none.

    Differing values and cycle counts that leave their formulas are in the result; see ``check``. With ``regenerate``
    (``locate.regenerator``) a difference in RTL or netlist names the layer that makes it. Raises MismatchError if
    beats get lost.
    """
    network, real = lowered.network, lowered.real
    y = network.run(x)
    chosen = np.arange(len(x)) if simulated is None else simulated
    case = cases.standard_case(design, len(chosen), seed)
    with _process.beside(lambda: _netlist_outputs(design, x, y, in_netlist, seed, store)) as netlist_outputs:
        simulation = simulate(design, x[chosen], y[chosen], case, store, waves)
        at_ends, wrong_alone = extremes.check(network, regenerate, seed, store) if regenerate else (0, None)
        outputs = netlist_outputs()
    rungs = [
        *above,
        Rung("Network", real(y), trace=lambda frames: trace(network, x[frames])),
        Rung("RTL", real(simulation.outputs), chosen),
    ]
    if outputs is not None:
        rungs.append(Rung("netlist", real(outputs), in_netlist))
    wrong, difference = compare(rungs, network, x)
    place = first_difference(simulation, design, y[chosen], len(network.layers) - 1)
    if wrong_alone and difference is None and not place:
        difference = _in_hardware(wrong_alone, network)
    if place and (difference is None or difference.rung in ("RTL", "netlist")):
        if regenerate:
            place = locate(network, regenerate, x[chosen], rtl_look(seed, store)) or place
        difference = _in_hardware(replace(place, sample=int(chosen[place.sample])), network)
    elif difference and difference.rung == "netlist" and regenerate and in_netlist is not None:
        place = locate(network, regenerate, x[in_netlist], netlist_look(seed, store))
        if place:
            place = replace(place, sample=int(in_netlist[place.sample]))
            difference = _in_hardware(place, network, difference.rung, difference.against)
    full = simulation.phases["full rate"]
    accuracy = {SCORED[rung.name]: _accuracy(rung, labels) for rung in rungs if rung.name in SCORED and len(labels)}
    broken = bool(wrong_alone) + sum(phase.mismatches + phase.broken_rules for phase in simulation.phases.values())
    return Verification(
        samples=len(x),
        rtl_samples=len(chosen),
        test_samples=len(labels),
        mismatches=wrong + broken,
        difference=difference,
        accuracy=accuracy,
        confusion=confusion(real(y), labels),
        latency_cycles=full.latency_cycles,
        interval_cycles=full.interval_cycles(len(chosen)),
        phases=tuple(simulation.phases),
        seed=seed,
        simulator=f"Verilator {verilator.version()}, cocotb {cocotb.version()}",
        waves=waves.name if waves else None,
        layer_frames=at_ends,
        netlist_samples=0 if in_netlist is None else len(in_netlist),
        netlist_simulator=None if in_netlist is None else f"Yosys CXXRTL {cxxrtl.version()}",
    )


def _netlist_outputs(
    design: Design, x: Integers, y: Integers, frames: Integers | None, seed: int, store: Store
) -> Integers | None:
    """Of ``frames``, where the netlist is simulated at all. Its tools work on one core, beside the RTL's."""
    return None if frames is None else netlists.simulate(design, x[frames], seed, store).worst(y[frames])


def check(result: Verification, design: Design) -> Verification:
    """The same evidence, or MismatchError: a differing value, or cycles that leave their formulas."""
    if result.difference:
        raise MismatchError(f"verify: {result.difference}")
    if result.mismatches:
        raise MismatchError(
            f"verify: {result.mismatches} times the RTL changed or withdrew an output beat that waited for tready, "
            f"in phases {', '.join(result.phases)}; seed {result.seed}"
        )
    measured = (result.latency_cycles, result.interval_cycles)
    formula = (design.latency_cycles, design.interval_cycles)
    if measured != formula:
        raise MismatchError(f"verify: latency, interval measured {measured} cycles, formulas say {formula}")
    return result


def _in_hardware(place: Place, network: Network, rung: str = "RTL", against: str = "Network") -> Difference:
    layer = network.layers[place.layer]
    expected, got = (layer.kernel.y.real(np.array([value])) for value in (place.expected, place.got))
    because = cause(expected, got, layer.kernel.y, table=isinstance(layer.kernel, Table))
    values = float(expected[0]), float(got[0])
    return Difference(rung, against, layer.name, place.sample, place.channel, *values, place.phase, because)


def _accuracy(rung: Rung, labels: NDArray[np.integer]) -> float:
    """The fraction of the test split, as far as the rung has it, that is classified right."""
    samples = np.arange(len(rung.logits)) if rung.samples is None else rung.samples
    test = samples < len(labels)
    return float((rung.logits[test].argmax(axis=1) == labels[samples[test]]).mean())


def compare(rungs: list[Rung], network: Network, x: Integers) -> tuple[int, Difference | None]:
    """Frames of ``x`` that differ between any neighbours, and the first difference on the first rung that has one: in
    the first layer that differs where both can tell, else in the last."""
    wrong = np.zeros(len(rungs[0].logits), bool)
    agreed = rungs[0].logits.copy()  # of every frame, by the last rung that has it
    first = None
    for before, rung in zip(rungs, rungs[1:], strict=False):
        samples = np.arange(len(wrong)) if rung.samples is None else rung.samples
        expected = agreed[samples]
        differs = expected != rung.logits
        agreed[samples] = rung.logits
        wrong[samples] |= differs.any(axis=1)
        if first is None and differs.any():
            rows = np.flatnonzero(differs.any(axis=1))[:FRAMES]
            frames = samples[rows]
            first = _in_a_layer(before, rung, network, x, frames) or _at_the_end(
                before, rung, network, x, frames, expected[rows], rung.logits[rows]
            )
    return int(wrong.sum()), first


def _in_a_layer(before: Rung, rung: Rung, network: Network, x: Integers, frames: Integers) -> Difference | None:
    if before.trace is None or rung.trace is None:
        return None
    spot = first_layer(before.trace(frames), rung.trace(frames), network, x[frames])
    if spot is None:
        return None
    sample, values = int(frames[spot.row]), (spot.expected, spot.got)
    return Difference(rung.name, before.name, spot.layer, sample, spot.channel, *values, why=spot.why)


def _at_the_end(
    before: Rung, rung: Rung, network: Network, x: Integers, frames: Integers, expected: Logits, got: Logits
) -> Difference:
    row, channel = (int(i) for i in np.argwhere(expected != got)[0])
    values = float(expected[row, channel]), float(got[row, channel])
    layer = network.layers[-1].name
    because = why(network, layer, expected, got, x[frames])
    return Difference(rung.name, before.name, layer, int(frames[row]), channel, *values, why=because)
