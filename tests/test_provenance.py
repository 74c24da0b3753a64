"""Where figures come from: hashes that anyone can make again, commands that can be typed."""

import hashlib
from pathlib import Path

import pytest

from edgeflow.boards import _board
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost
from edgeflow.provenance import file_sha256, program_command, provenance, with_bitstream
from edgeflow.rtl.design import Design, Stream


@pytest.fixture
def design():
    stream = Stream(Fixed(8, 0), 4, 1)
    return Design("top", {"top.sv": "module top; endmodule"}, {"w.hex": "00"}, stream, stream, 1, 1, Cost())


def test_a_bitstream_is_named_with_its_hash_and_the_line_that_programs_it(design, tmp_path):
    path = tmp_path / "net.bit"
    path.write_bytes(b"bits")
    found = with_bitstream(provenance({"recipe": "r"}, design, "edgeflow run x.yaml"), path, _board.load("ulx3s"))
    assert found.commands == {
        "made by": "edgeflow run x.yaml",
        "simulate it": "make -C rtl sim",
        "program it": "openFPGALoader -b ulx3s board/net.bit",
    }
    assert found.hashes["bitstream"] == hashlib.sha256(b"bits").hexdigest() == file_sha256(path)
    assert list(found.hashes) == ["recipe", "SystemVerilog and memories", "bitstream"]


def test_the_line_that_programs_quotes_its_file():
    board = _board.load("tangnano9k")
    assert program_command(board, Path("runs/a b/x.fs")) == "openFPGALoader -b tangnano9k 'runs/a b/x.fs'"


def test_other_hardware_has_another_hash(design):
    design_again = Design(**vars(design))
    changed = Design(**vars(design) | {"memories": {"w.hex": "01"}})
    one, again, other = (
        provenance({}, d).hashes["SystemVerilog and memories"] for d in (design, design_again, changed)
    )
    assert one == again != other


def test_without_a_command_none_is_claimed(design):
    assert "made by" not in provenance({}, design).commands
