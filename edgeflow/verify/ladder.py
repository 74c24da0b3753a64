"""The verification ladder: framework -> csim -> Network -> RTL, every logit of every sample, exactly equal.

Logits of all rungs are compared as real numbers; they are dyadic rationals well inside 53 bits, so ``==`` is exact.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._firmware import Firmware
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.store import Store
from edgeflow.tools import cocotb, verilator
from edgeflow.verify import case as cases
from edgeflow.verify.locate import Place, Regenerate, first_difference, locate
from edgeflow.verify.simulate import simulate
from edgeflow.verify.verification import Difference, Verification

Logits = NDArray[np.float64]  # (samples, classes)


@dataclass(frozen=True)
class Rung:
    name: str
    logits: Logits
    samples: Integers | None = None  # which frames these are; None is all of them


def verify(
    framework: Rung,
    firmware: Firmware,
    network: Network,
    design: Design,
    x: Integers,
    labels: NDArray[np.integer],
    seed: int,
    store: Store,
    waves: Path | None = None,
    regenerate: Regenerate | None = None,
    simulated: Integers | None = None,
) -> Verification:
    """Compare all rungs on frames ``x``; the first ``len(labels)`` of them are the test split. ``simulated`` are the
    frames that the RTL gets, if not all.

    Differing values and cycle counts that leave their formulas are in the result; see ``check``. With ``regenerate``
    (``locate.regenerator``) a difference in RTL names the layer that makes it. Raises MismatchError if beats get lost.
    """
    y = network.run(x)
    chosen = np.arange(len(x)) if simulated is None else simulated
    case = cases.standard_case(design, len(chosen), seed)
    simulation = simulate(design, x[chosen], y[chosen], case, store, waves)
    rungs = [
        framework,
        Rung("csim", firmware.predict(network.input.real(x))),
        Rung("Network", network.output.real(y)),
        Rung("RTL", network.output.real(simulation.outputs), chosen),
    ]
    wrong, difference = compare(rungs, network)
    place = first_difference(simulation, design, y[chosen], len(network.layers) - 1)
    if place and (difference is None or difference.rung == "RTL"):
        if regenerate:
            place = locate(network, regenerate, x[chosen], seed, store) or place
        difference = _in_rtl(replace(place, sample=int(chosen[place.sample])), network)
    full = simulation.phases["full rate"]
    names = ("firmware", "network", "rtl")
    accuracy = {key: _accuracy(rung, labels) for key, rung in zip(names, rungs[1:], strict=True)}
    return Verification(
        samples=len(x),
        rtl_samples=len(chosen),
        test_samples=len(labels),
        mismatches=wrong + sum(phase.mismatches + phase.broken_rules for phase in simulation.phases.values()),
        difference=difference,
        accuracy=accuracy,
        latency_cycles=full.latency_cycles,
        interval_cycles=full.interval_cycles(len(chosen)),
        phases=tuple(simulation.phases),
        seed=seed,
        simulator=f"Verilator {verilator.version()}, cocotb {cocotb.version()}",
        waves=waves.name if waves else None,
    )


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


def _in_rtl(place: Place, network: Network) -> Difference:
    layer = network.layers[place.layer]
    expected, got = layer.kernel.y.real(np.array([place.expected, place.got])).tolist()
    return Difference("RTL", "Network", layer.name, place.sample, place.channel, expected, got, place.phase)


def _accuracy(rung: Rung, labels: NDArray[np.integer]) -> float:
    """The fraction of the test split, as far as the rung has it, that is classified right."""
    samples = np.arange(len(rung.logits)) if rung.samples is None else rung.samples
    test = samples < len(labels)
    return float((rung.logits[test].argmax(axis=1) == labels[samples[test]]).mean())


def compare(rungs: list[Rung], network: Network) -> tuple[int, Difference | None]:
    """Frames that differ between any neighbours, and the first difference on the first rung that has one."""
    wrong = np.zeros(len(rungs[0].logits), bool)
    first = None
    for before, rung in zip(rungs, rungs[1:], strict=False):
        samples = np.arange(len(wrong)) if rung.samples is None else rung.samples
        expected = before.logits[samples]
        differs = expected != rung.logits
        wrong[samples] |= differs.any(axis=1)
        if first is None and differs.any():
            row, channel = (int(i) for i in np.argwhere(differs)[0])
            values = float(expected[row, channel]), float(rung.logits[row, channel])
            layer = network.layers[-1].name
            first = Difference(rung.name, before.name, layer, int(samples[row]), channel, *values)
    return int(wrong.sum()), first
