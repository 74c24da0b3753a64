"""Energy of an inference: figures by head, and what must hold whatever the constants are."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow import catalog
from edgeflow.boards import _board
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.energy import OPERAND_BITS, Part, Timing, energy
from edgeflow.families import _family
from edgeflow.families._power import Power, Range

BOARDS = catalog.names("boards")


@dataclass(frozen=True)
class Counted:
    luts: int
    ffs: int
    brams: int = 0
    dsps: int = 0


def same(value: float) -> Range:
    return Range(value / 2, value, value * 2, "round numbers")


PART = Part("round", 5280)
ROUND = Power(2.0, same(1.0), same(0.01), same(10.0), same(0.5), same(50.0), same(9.0), {"round": same(5.0)})
CELLS = Counted(luts=1000, ffs=500, brams=2, dsps=4)
TIMING = Timing(100.0, 10)
ACTIVITY = Activity(logic=0.1, registers=0.25, source="round numbers")


def part_of(board: _board.Board) -> Part:
    return Part(board.device, board.budget.luts)


counts = st.builds(Counted, *[st.integers(0, 50_000)] * 2, *[st.integers(0, 200)] * 2)
activities = st.builds(Activity, st.floats(0, 1), st.floats(0, 1), st.just("any"))
families = st.sampled_from(BOARDS).map(_board.load).map(lambda board: (_family.of(board).power, part_of(board)))
timings = st.builds(Timing, st.floats(1, 400), st.integers(1, 10_000))


def modelled(cells=CELLS, activity=ACTIVITY, timing=TIMING, power=(ROUND, PART)):
    return energy(cells, activity, timing, *power)


def test_each_share_is_what_one_computes_by_head():
    found = {share.cause: share.typical_nj for share in modelled().shares}
    volts2, cycles = 4.0, 10
    assert found == pytest.approx(
        {
            "clock tree": 50 * volts2 * cycles / 1000,
            "clocks of flip-flops": 500 * 0.01 * volts2 * cycles / 1000,
            "logic": 1000 * 0.1 * cycles * 1.0 * volts2 / 2 / 1000,
            "registers": 500 * 0.25 * cycles * 1.0 * volts2 / 2 / 1000,
            "block memories": 2 * 10 * volts2 * cycles / 1000,
            "multipliers": 4 * OPERAND_BITS * 0.25 * cycles * 0.5 * volts2 / 2 / 1000,
            "static power": 5 * 2.0 * 0.1,  # mA, V, us
        }
    )


def test_power_is_energy_in_the_time_of_a_frame():
    found = modelled()
    assert found.dynamic_mw * 0.1 == pytest.approx(found.dynamic_nj), "ten cycles at 100 MHz are 0.1 us"
    assert found.static_mw == pytest.approx(10.0), "5 mA at 2 V"
    assert found.frame_nj == pytest.approx(found.dynamic_nj + found.static_mw * 0.1)
    assert found.low_nj == pytest.approx(found.frame_nj / 2) and found.high_nj == pytest.approx(2 * found.frame_nj)


@given(counts, activities, timings, families, st.floats(1, 3))
def test_more_toggles_or_a_higher_clock_never_take_less_dynamic_power(cells, activity, timing, power, more):
    before = modelled(cells, activity, timing, power).dynamic_mw
    busier = replace(activity, logic=activity.logic * more, registers=activity.registers * more)
    faster = replace(timing, clock_mhz=timing.clock_mhz * more)
    assert modelled(cells, busier, timing, power).dynamic_mw >= before * (1 - 1e-12)
    assert modelled(cells, activity, faster, power).dynamic_mw >= before * (1 - 1e-12)


@given(counts, activities, timings, families, st.integers(2, 9))
def test_waiting_between_frames_costs_clocks_and_static_power_alone(cells, activity, timing, power, times):
    """The same toggles a frame, spread over more cycles."""
    waiting = replace(activity, logic=activity.logic / times, registers=activity.registers / times)
    spread = replace(timing, interval_cycles=timing.interval_cycles * times)
    pairs = zip(
        modelled(cells, activity, timing, power).shares, modelled(cells, waiting, spread, power).shares, strict=True
    )
    for busy, idle in pairs:
        grows = busy.cause not in ("logic", "registers", "multipliers")
        assert idle.typical_nj == pytest.approx(busy.typical_nj * (times if grows else 1))


@given(counts, activities, timings, families)
def test_the_range_holds_what_is_typical(cells, activity, timing, power):
    found = modelled(cells, activity, timing, power)
    assert 0 < found.low_nj < found.frame_nj < found.high_nj


@pytest.mark.parametrize("name", BOARDS)
def test_every_boards_device_has_constants_with_sources(name):
    board = _board.load(name)
    power = _family.of(board).power
    luts = board.budget.luts
    ranges = [power.net_pf, power.ff_clock_pf, power.memory_pf, power.operand_pf]
    assert all(r.source for r in [*ranges, power.tree_of(luts), power.static_of(board.device, luts)])


def test_a_device_without_a_figure_of_its_own_has_one_for_its_size():
    power = _family.load("ecp5").power
    assert power.static_of("LFE5U-85F", 83_640).typical == 212
    assert power.static_of("LFE5UM-85F", 83_640).typical == pytest.approx(212, rel=0.1)
    assert power.tree_of(4 * 5280).typical == pytest.approx(2 * power.tree_pf.typical)


@dataclass(frozen=True)
class Measured:
    """What a circuit added to the core current of an iCE40UP5K at 12 MHz and 1.219 V (tinyvision-ai-inc/ice40_power),
    and its toggles a cycle: of counters by head, of the multiplier from its netlist, simulated without delays."""

    ma: float
    cells: Counted
    logic: float
    registers: float


MEASURED = {
    "seven counters of 28 bits": Measured(0.6413 - 0.6135, Counted(196, 196), 14, 14),
    "8 x 8 multiplier in LUTs": Measured(0.996 - 0.645, Counted(156 + 16, 16), 49.8 + 2.0 + 6.4, 6.4),
    "8 x 8 multiplier in a DSP": Measured(0.882 - 0.645, Counted(16, 16, 0, 1), 6.4, 6.4),
}


@pytest.mark.parametrize("name", MEASURED)
def test_the_range_holds_what_was_measured_on_an_ice40(name):
    found, board = MEASURED[name], _board.load("icebreaker")
    power = replace(_family.of(board).power, volts=1.219)
    activity = Activity(found.logic / found.cells.luts, found.registers / found.cells.ffs, "counted")
    shares = energy(found.cells, activity, Timing(12.0, 1), power, part_of(board)).shares[1:-1]  # the clock was there
    measured_nj = found.ma * 1.219 / 12
    assert sum(s.low_nj for s in shares) <= measured_nj <= sum(s.high_nj for s in shares)


def test_the_clock_of_an_ice40_takes_what_was_measured():
    board = _board.load("icebreaker")
    power = replace(_family.of(board).power, volts=1.219)
    counter = Activity(logic=2 / 28, registers=2 / 28, source="a counter")
    found = energy(Counted(28, 28), counter, Timing(12.0, 1), power, part_of(board))
    assert found.dynamic_mw + found.static_mw == pytest.approx(0.6135 * 1.219, rel=0.05)
