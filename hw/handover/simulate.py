"""Run the bench with cocotb's own runner: simulate.py TOP "SOURCES" BENCH-OPTIONS. Called by ``make sim``."""

import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

top, sources, *bench = sys.argv[1:]
runner = get_runner("verilator")
runner.build(
    sources=[*sources.split(), "tb_stream.sv"],
    hdl_toplevel="tb_stream",
    build_args=[*bench, "-Wno-fatal"],
    build_dir="sim_build",
)
results = runner.test(
    test_module="tb_stream",
    hdl_toplevel="tb_stream",
    test_dir=".",
    plusargs=["+stimulus=stimulus.hex", "+expected=expected.hex", "+observed=observed.hex"],
    extra_env={"EDGEFLOW_CASE": "case.json", "EDGEFLOW_RESULT": "result.json"},
)
tests, failed = get_results(Path(results))
print(f"{top}: {tests - failed} of {tests} tests passed; cycles and mismatches are in result.json")
sys.exit(failed > 0)
