"""Pipelining: no chain in a cycle is longer than the clock allows, and no schedule needs fewer register bits."""

import re
from itertools import product

import networks
import numpy as np
import pick as choose
import pytest
from hypothesis import HealthCheck, given, settings

from edgeflow.circuit.graph import Circuit, Op
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.delays import ECP5_SPEED_6
from edgeflow.rtl.emit import Emitter
from edgeflow.rtl.schedule import OUTPUT, Schedule, pipeline, uses
from edgeflow.rtl.unrolled import circuit_of

SLACK = 1e-9
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def delays_of(circuit: Circuit) -> dict[int, float]:
    live = [i for i in circuit.live() if circuit.nodes[i].op is not Op.CONST]
    sinks = [a for a, _ in uses(circuit, live)]
    return {i: ECP5_SPEED_6.of(circuit.nodes[i], sinks.count(i)) for i in live}


def is_valid(circuit: Circuit, cycle: dict[int, int], latency: int, clock_mhz: float) -> bool:
    """Checked from the definition: when each node's value settles within its cycle."""
    budget = max(1000.0 / clock_mhz - ECP5_SPEED_6.register_ns, 0.001)
    delay, settles = {n: min(d, budget) for n, d in delays_of(circuit).items()}, {}
    pairs = uses(circuit, list(cycle))
    for node in cycle:
        if circuit.nodes[node].op is Op.INPUT:
            settles[node] = 0.0
            continue
        start = 0.0
        for operand in (a for a, b in pairs if b == node):
            registered = circuit.nodes[operand].op is Op.INPUT
            if cycle[node] < cycle[operand] + registered:
                return False
            if cycle[node] == cycle[operand]:
                start = max(start, settles[operand])
        settles[node] = start + delay[node]
        if settles[node] > budget + SLACK:
            return False
    return latency >= 1 and all(latency > cycle[a] for a, b in pairs if b == OUTPUT)


@quick
@given(pick=choose.picks())
def test_every_chain_fits_its_cycle(pick):
    model = networks.network(pick, most_layers=2, most_pixels=4)
    circuit, clock_mhz = circuit_of(model), float(pick(40, 400))
    schedule = pipeline(circuit, clock_mhz, ECP5_SPEED_6)
    assert is_valid(circuit, schedule.cycle, schedule.latency, clock_mhz)


@quick
@given(pick=choose.picks())
def test_the_registers_counted_are_the_registers_declared(pick):
    model = networks.network(pick, most_layers=2, most_pixels=4)
    circuit = circuit_of(model)
    schedule = pipeline(circuit, float(pick(60, 300)), ECP5_SPEED_6)
    declared = 0
    emitter = Emitter(circuit, schedule)
    for line in emitter.declarations():
        high, names = re.fullmatch(r"logic \[(\d+):0\] (.*);", line).groups()
        declared += (int(high) + 1) * names.count("_q")
    assert declared == schedule.register_bits(circuit)
    assigned = [line.split(" <= ")[0] for line in emitter.registers()]
    names = re.findall(r"n\d+_q\d+", " ".join(emitter.declarations()))
    assert sorted(assigned) == sorted(names)


def tiny(pick: choose.Pick, most: int) -> Circuit:
    """At most ``most`` operations on two or three inputs, any of them an output."""
    circuit = Circuit()
    terms = [circuit.input(i, -(1 << pick(1, 6)), (1 << pick(1, 6)) - 1) for i in range(pick(2, 3))]
    while len(terms) < most + 2 and len(circuit.nodes) < most + 3:
        a, b = choose.one_of(pick, terms), choose.one_of(pick, terms)
        made = circuit.add(a, (b if pick(0, 1) else -b) << pick(0, 2)) if pick(0, 2) else circuit.drop(a, 1)
        terms.append(made)
    circuit.outputs = [circuit.positive(t) for t in (terms[-1], choose.one_of(pick, terms))]
    return circuit


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=choose.picks())
def test_no_schedule_of_a_tiny_circuit_has_fewer_register_bits(pick):
    circuit, clock_mhz = tiny(pick, 4), choose.one_of(pick, (80.0, 150.0, 220.0, 260.0, 330.0, 400.0))
    schedule = pipeline(circuit, clock_mhz, ECP5_SPEED_6)
    free = [n for n in schedule.cycle if circuit.nodes[n].op is not Op.INPUT]
    fewest = None
    for cycles in product(range(5), repeat=len(free)):
        cycle = dict.fromkeys(schedule.cycle, 0) | dict(zip(free, cycles, strict=True))
        latency = max(1, *(cycle[t.node] + 1 for t in circuit.outputs if t.node in cycle), 1)
        if is_valid(circuit, cycle, latency, clock_mhz):
            bits = Schedule(cycle, latency).register_bits(circuit)
            fewest = bits if fewest is None else min(fewest, bits)
    assert schedule.register_bits(circuit) == fewest


def test_a_faster_clock_never_shortens_the_pipeline():
    random = np.random.default_rng(7)
    dense = Dense(random.integers(-8, 8, (9, 5)), random.integers(-9, 9, 5), Fixed(6), Fixed(4))
    circuit = circuit_of(Network("net", (Layer("dense", dense),)))
    latencies = [pipeline(circuit, float(mhz), ECP5_SPEED_6).latency for mhz in (25, 50, 100, 150, 200, 300)]
    assert latencies == sorted(latencies)
    assert latencies[-1] > latencies[0]


@pytest.mark.parametrize("outputs", [0, 1])
def test_constant_outputs_come_one_cycle_after_their_inputs(outputs):
    circuit = Circuit()
    x = circuit.input(0, -4, 3)
    circuit.outputs = [circuit.const(5), *[x] * outputs]
    assert pipeline(circuit, 100.0, ECP5_SPEED_6).latency == 1
