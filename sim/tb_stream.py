"""cocotb side of tb_stream.sv: runs each phase of a case and writes what was measured to a JSON file.

Environment: EDGEFLOW_CASE names a JSON file with ``frames``, ``seed``, ``timeout_cycles`` and ``phases``; each phase is
a name with ``gap``, ``stall`` (chances of 256) and ``resets`` (cycles until each reset in mid-frame).
EDGEFLOW_RESULT names the file that is written.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, First, RisingEdge

PERIOD_NS = 10
RESULTS = (
    *("received", "mismatches", "first_bad", "first_got", "broken_rules"),
    *("first_in", "first_out", "middle_out", "last_out"),
)


@cocotb.test()
async def matches_expected(dut):
    case = json.loads(Path(os.environ["EDGEFLOW_CASE"]).read_text())
    results = await measure(dut, case)
    Path(os.environ["EDGEFLOW_RESULT"]).write_text(json.dumps(results))
    for name, result in results.items():
        assert result["received"] == case["beats"], f"{name}: received {result['received']} of {case['beats']} beats"
        assert result["mismatches"] == 0, (
            f"{name}: {result['mismatches']} beats differ, the first is {result['first_bad']}"
        )
        assert result["broken_rules"] == 0, f"{name}: {result['broken_rules']} waiting beats changed"


async def measure(dut, case):
    """Every phase of a case on one bench: {phase: {result: value}}."""
    Clock(dut.clk, PERIOD_NS, unit="ns").start()
    results = {}
    for number, phase in enumerate(case["phases"]):
        await start(dut, phase, case["frames"], case["seed"] + number)
        wrong = {}
        for cycles in phase["resets"]:
            await ClockCycles(dut.clk, cycles)
            wrong = wrong or wrong_so_far(dut)  # what one reset leaves behind, the next one may hide
            await start(dut, phase, case["frames"], case["seed"] + number)
        finished = RisingEdge(dut.done)
        await First(finished, ClockCycles(dut.clk, case["timeout_cycles"]))
        results[phase["name"]] = {name: int(getattr(dut, name).value) for name in RESULTS}
        await ClockCycles(dut.clk, case["drain_cycles"])  # a beat too many shows here
        results[phase["name"]]["received"] = int(dut.received.value)
        results[phase["name"]].update(wrong)
    return results


def wrong_so_far(dut):
    """The results that tell of a wrong or unsteady beat; empty while there is none."""
    found = {name: int(getattr(dut, name).value) for name in ("mismatches", "first_bad", "first_got", "broken_rules")}
    return found if found["mismatches"] or found["broken_rules"] else {}


async def start(dut, phase, frames, seed):
    """Two cycles of reset with this phase's knobs."""
    dut.rst_n.value = 0
    dut.frames.value, dut.seed.value = frames, seed
    dut.gap_of_256.value, dut.stall_of_256.value = phase["gap"], phase["stall"]
    await ClockCycles(dut.clk, 2)
    dut.rst_n.value = 1
