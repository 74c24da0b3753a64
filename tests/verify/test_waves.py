"""Waves on request: what all signals did, in the format that the file's ending names."""

import pytest
import small

from edgeflow.tools import gxx, verilator
from edgeflow.verify import case as cases
from edgeflow.verify.simulate import simulate

STARTS = {"vcd": b"$version", "fst": b"\x00"}  # an FST file begins with its header block, whose type is 0


def test_headers_that_are_not_there_are_not_found():
    assert gxx.has_headers(("cstdint",)) and not gxx.has_headers(("cstdint", "no/such/header.h"))


@pytest.mark.parametrize(("there", "known"), [(True, "fst"), (False, "vcd")])
def test_the_small_format_where_the_system_can_write_it(monkeypatch, there, known):
    monkeypatch.setattr(gxx, "has_headers", lambda names: there)
    assert verilator.waves_format() == known
    assert f"--trace-{known}" in verilator.cocotb_driver(known).options


@pytest.mark.tools
@pytest.mark.parametrize("trace", sorted({"vcd", verilator.waves_format()}))
def test_a_simulation_keeps_its_waves(tmp_path, store, trace):
    x, design = small.frames(), small.design()
    case = cases.standard_case(design, len(x), 7)
    kept = tmp_path / "kept" / f"waves.{trace}"
    outputs = simulate(design, x, small.network().run(x), case, store, kept).outputs
    assert (outputs == small.network().run(x)).all()
    assert kept.read_bytes().startswith(STARTS[trace]) and kept.stat().st_size > 1000
