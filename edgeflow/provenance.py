"""Where a run's figures come from: the commands that made them and the sha256 of what went in and came out."""

import hashlib
import shlex
from pathlib import Path

from edgeflow.boards._board import Board
from edgeflow.report.evidence import Provenance
from edgeflow.rtl.design import Design
from edgeflow.store import digest


def provenance(made_from: dict[str, str], design: Design, command: str = "") -> Provenance:
    """``made_from`` are digests of what went in, by name."""
    commands = ({"made by": command} if command else {}) | {"simulate it": "make -C rtl sim"}
    return Provenance(commands, made_from | {"SystemVerilog and memories": digest(design.sources | design.memories)})


def with_bitstream(known: Provenance, bitstream: Path, board: Board) -> Provenance:
    program = program_command(board, Path("board") / bitstream.name)
    return Provenance(known.commands | {"program it": program}, known.hashes | {"bitstream": file_sha256(bitstream)})


def program_command(board: Board, bitstream: Path) -> str:
    """The shell's line that programs the board: its FPGA until power is lost, an iCEBreaker's flash for good."""
    return f"openFPGALoader -b {board.openfpgaloader} {shlex.quote(str(bitstream))}"


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
