"""MLPerf Tiny's runner commands: a scripted runner against the simulated board, and what no runner should say."""

import os
import re
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import serial

sys.path.append(str(Path(__file__).parent / "implement"))
import dummy_design

from edgeflow import host, link, mlperf
from edgeflow.boards import _board
from edgeflow.implement import simulated_board

BOARD = link.identity(dummy_design.design(), 100)
X = np.random.default_rng(11).integers(0, 16, (6, 4))


class Port:
    """A good board with the dummy core, which counts its inferences."""

    port, timeout, inferences, buffer = "fake", 0.0, 0, b""

    def write(self, frame):
        command, payload = link.decode(frame, link.REQUEST_SYNC)
        assert command == link.INFER
        self.inferences += 1
        logits = dummy_design.golden(np.frombuffer(payload, np.uint8).astype(int)[None])[0]
        tail = bytes([int(logits.argmax())]) + (2).to_bytes(4, "little")
        answer = bytes(int(value) & 255 for value in logits) + tail
        self.buffer += link.encode(link.INFER | link.ANSWER, answer, link.RESPONSE_SYNC)

    def read(self, size):
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken


@pytest.fixture
def monitor():
    return mlperf.Monitor(Port(), BOARD, "kws01")


def say(monitor, *commands):
    """What the last command is answered."""
    for command in commands:
        *lines, ready = monitor.answer(command)
        assert ready == "m-ready"
    return lines


def results(logits):
    return f"m-results-[{','.join(f'{value:.3f}' for value in logits)}]"


def test_the_runner_learns_who_it_is(monitor):
    assert say(monitor, "name") == [f"m-name-dut-[edgeflow {BOARD.design_id.hex()}]"]
    assert say(monitor, "profile") == ["m-profile-[ULPMark for tinyML Firmware V0.0.1]", "m-model-[kws01]"]


def test_a_sample_comes_in_pieces(monitor):
    assert say(monitor, "db load 4") == ["m-[Expecting 4 bytes]"]
    assert say(monitor, "db 01") == [] and say(monitor, "db 020304ff") == ["m-load-done"]
    assert say(monitor, "db print") == ["m-buffer-01-02-03-04"]


def test_time_is_the_cores(monitor):
    """2 cycles at 100 MHz: 50 inferences a microsecond."""
    say(monitor, "db load 4", "db 01020304")
    lines = say(monitor, "infer 150 50")
    assert lines[:3] == ["m-warmup-start-50", "m-warmup-done", "m-infer-start-150"]
    assert lines[3:6] == ["m-lap-us-1", "m-lap-us-4", "m-infer-done"]
    assert lines[6:] == [results(dummy_design.golden(np.array([[1, 2, 3, 4]]))[0])] == say(monitor, "results")
    assert monitor._port.inferences == 200
    assert say(monitor, "infer")[0] == "m-warmup-start-10" and monitor._port.inferences == 211


@pytest.mark.parametrize(
    ("commands", "message"),
    [
        (["format c:"], "Unknown command: format"),
        ([""], "Unknown command: "),
        (["db"], "db wants: load N, print, or hex digits"),
        (["db load 0"], "0 is not a number of 1 or more"),
        (["db load -4"], "-4 is not a number"),
        (["db load ٤"], "is not a number"),
        (["db 00"], "Nothing to load; say db load N first"),
        (["db load 4", "db 0"], "Not pairs of hex digits: 0"),
        (["db load 4", "db 0x00"], "Not pairs of hex digits: 0x00"),
        (["db load 4", "db 0102", "infer 1 0"], "2 bytes are loaded, the board takes 4"),
        (["db load 5", "db 0102030405", "infer 1 0"], "5 bytes are loaded, the board takes 4"),
        (["db load 4", "db 01020310", "infer 1 0"], "A value is outside 0 to 15"),
        (["infer 0"], "0 is not a number of 1 or more"),
        (["results"], "No inference yet"),
    ],
)
def test_mistakes_are_answered_and_the_board_is_left_alone(monitor, commands, message):
    (line,) = say(monitor, *commands)
    assert line.startswith("e-[") and message in line
    assert monitor._port.inferences == 0


def test_a_board_that_does_not_answer_is_said(monitor, monkeypatch):
    monkeypatch.setattr(host, "SILENCE_S", 0.0)
    monitor._port.write = lambda frame: None
    monitor._port.reset_input_buffer = lambda: None
    lines = say(monitor, "db load 4", "db 01020304", "infer 1 0")
    assert lines[-1].startswith("e-[host: 4 attempts failed")


def test_noise_without_an_end_is_forgotten(monitor):
    ours, said = os.pipe(), []
    monitor.answer = lambda command: said.append(command) or []
    writer = threading.Thread(target=lambda: (os.write(ours[1], b"x" * 200_000 + b"%name%"), os.close(ours[1])))
    writer.start()
    mlperf.answer_all(monitor, ours[0])
    writer.join()
    os.close(ours[0])
    assert said[-1] == "name" and len(said[0]) <= mlperf.LONGEST + 4096


@pytest.mark.tools
def test_a_scripted_runner_scores_the_simulated_board(tmp_path, store):
    program = simulated_board.build(dummy_design.design(), _board.load("ulx3s"), tmp_path, store)
    with simulated_board.powered_on(program) as running, host.connect(running.port) as port:
        opened: list[str] = []
        ready = threading.Event()
        monitor = mlperf.Monitor(port, host.identify(port, program.design_id), "ic01")
        serve = threading.Thread(
            target=mlperf.serve, args=(monitor, lambda path: (opened.append(path), ready.set())), daemon=True
        )
        serve.start()
        assert ready.wait(10)
        with serial.Serial(opened[0], timeout=10) as line:

            def command(text):
                line.write(f"{text}%".encode())
                return line.read_until(b"m-ready\r\n").decode().split("\r\n")[:-2]

            assert command("profile")[1] == "m-model-[ic01]"
            for x, y in zip(X, dummy_design.golden(X), strict=True):
                assert command(f"db load {len(x)}") == ["m-[Expecting 4 bytes]"]
                assert [command(f"db {value:02x}") for value in x][-1] == ["m-load-done"]
                answer = command("infer 10 1")
                assert answer[-1] == results(y)
                laps = [int(lap) for lap in re.findall(r"m-lap-us-(\d+)", " ".join(answer))]
                assert len(laps) == 2 and laps[0] <= laps[1]
    assert monitor._cycles == len(X) * 11 * dummy_design.design().latency_cycles
