"""The table is the state: what is in it never runs again, and a kill loses nothing that was finished."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgeflow.boards import _board
from edgeflow.calibrate import run
from edgeflow.calibrate.measure import only_clocked
from edgeflow.errors import InputError
from edgeflow.estimate import corpus
from edgeflow.estimate.corpus import Row

TINY = (2, 17)  # 17 is packed only
BOARD = "icebreaker"


def all_but(numbers) -> list[Row]:
    return [Row(n, BOARD, "ice40", "mlp", failure="not in this test") for n in range(max(TINY) + 1) if n not in numbers]


def command(table: Path) -> list[str]:
    arguments = [
        "calibrate",
        str(table),
        "--family",
        "ice40",
        "--designs",
        str(max(TINY) + 1),
        "--trained",
        "0",
        "--jobs",
        "1",
    ]
    return [sys.executable, "-m", "edgeflow.cli", *arguments]


def wait_for(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.tools
def test_it_goes_on_after_a_kill(tmp_path):
    table = tmp_path / "corpus.jsonl"
    corpus.save(all_but(TINY), table)
    work = table.with_suffix(".trials")
    first = subprocess.Popen(command(table), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: list(work.glob("trials/*/result.json")), 300)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    finished = [path.stat().st_mtime_ns for path in work.glob("trials/*/result.json")]
    assert len(finished) == 1
    assert len(corpus.load(table)) == len(all_but(TINY)), "a killed one leaves its table as it was"

    done = subprocess.run(command(table), capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    rows = {row.number: row for row in corpus.load(table)}
    assert set(rows) == set(range(max(TINY) + 1)) and not work.exists()
    assert "ice40: 2 measured" in done.stdout
    routed, packed = (rows[number] for number in TINY)
    assert routed.found["fmax_mhz"] > 10 and "fmax_mhz" not in packed.found
    for row in (routed, packed):
        assert row.terms["ffs"] == pytest.approx(row.found["ffs"], rel=0.1)
        assert row.tools.keys() == {"yosys", "nextpnr-ice40"}


def test_a_full_table_has_nothing_left_to_do(tmp_path):
    table = tmp_path / "corpus.jsonl"
    corpus.save(all_but(()), table)
    assert len(run.calibrate(table, ["ice40"], range(max(TINY) + 1), 1)) == max(TINY) + 1


def test_an_unknown_family_is_refused(tmp_path):
    with pytest.raises(InputError, match='did you mean "ecp5"'):
        run.calibrate(tmp_path / "t.jsonl", ["ecp6"], [0], 1)


def test_every_family_has_a_board_of_its_own():
    for family, board in run.BOARDS.items():
        assert _board.load(board).family == family


def test_only_the_clock_stays_a_port():
    cells = """{"a": {"type": "IBUF", "connections": {"I": [2], "O": [5]}},
                "b": {"type": "IBUF", "connections": {"I": [3], "O": [6]}},
                "c": {"type": "LUT4", "connections": {"I": [6], "F": [4]}}}"""
    ports = '{"clk_i": {"bits": [2]}, "s_axis_tdata": {"bits": [3]}, "m_axis_tdata": {"bits": [4]}}'
    left = only_clocked(f'{{"modules": {{"top": {{"ports": {ports}, "cells": {cells}}}}}}}', "top")
    assert '"clk_i"' in left and "s_axis" not in left
    assert '"a"' in left and '"b"' not in left and '"c"' in left
