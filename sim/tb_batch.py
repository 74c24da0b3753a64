"""cocotb side of a batch: every bench of edgeflow/verify/batch.py measured at once, each on its own clock."""

import json
import os
from pathlib import Path

import cocotb
from tb_stream import measure


@cocotb.test()
async def measures_every_bench(dut):
    cases = json.loads(Path(os.environ["EDGEFLOW_CASE"]).read_text())
    running = [cocotb.start_soon(measure(getattr(dut, f"u_{i}"), case)) for i, case in enumerate(cases)]
    results = [await bench for bench in running]
    Path(os.environ["EDGEFLOW_RESULT"]).write_text(json.dumps(results))
