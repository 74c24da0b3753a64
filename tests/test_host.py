"""The host against a port that loses, breaks and refuses frames."""

import numpy as np
import pytest
import serial

from edgeflow import host, link
from edgeflow.errors import InputError
from edgeflow.link import ErrorCode, Identity, LinkError

BOARD = Identity(link.VERSION, b"12345678", 2, 4, 0, False, 3, 8, 0, True, 100_000)


def reply(command, payload):
    return link.encode(command, payload, link.RESPONSE_SYNC)


def right(frame):
    """What a good board answers: logits are x0, x1, x0 - x1."""
    command, payload = link.decode(frame, link.REQUEST_SYNC)
    if command == link.IDENTIFY:
        return reply(command | link.ANSWER, BOARD.encode())
    logits = [payload[0], payload[1], payload[0] - payload[1]]
    tail = bytes([int(np.argmax(logits))]) + (5).to_bytes(4, "little")
    return reply(command | link.ANSWER, bytes(value & 255 for value in logits) + tail)


class FakePort:
    """Answers each frame by the next of ``behaviours``, then rightly."""

    port, timeout = "fake", 0.0

    def __init__(self, *behaviours):
        self.behaviours, self.buffer, self.settled = list(behaviours), b"", 0

    def write(self, frame):
        self.buffer += (self.behaviours.pop(0) if self.behaviours else right)(frame)

    def read(self, size):
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def reset_input_buffer(self):
        self.buffer, self.settled = b"", self.settled + 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(host, "SILENCE_S", 0.0)


def refuse(code):
    return lambda frame: reply(link.ERROR, bytes([code]))


def corrupt(frame):
    good = bytearray(right(frame))
    good[5] ^= 4
    return bytes(good)


def test_scores_samples():
    x = np.array([[1, 2], [5, 5], [9, 3]])
    score = host.score(FakePort(), BOARD, x, np.array([1, 0, 1]))
    assert (score.samples, score.correct, score.retries) == (3, 2, 0)
    assert score.accuracy == pytest.approx(2 / 3)
    assert [answer.logits for answer in score.answers] == [(1, 2, -1), (5, 5, 0), (9, 3, 6)]


@pytest.mark.parametrize(
    "trouble",
    [lambda frame: b"", corrupt, refuse(ErrorCode.BAD_CRC), lambda frame: right(frame)[:-3], lambda frame: b"\x5a\x5a"],
)
def test_one_trouble_is_survived_by_sending_again(trouble):
    port = FakePort(trouble)
    answer, retries = host.infer(port, BOARD, np.array([3, 4]))
    assert (answer.label, retries, port.settled) == (1, 1, 1)


def test_noise_in_front_of_an_answer_is_skipped():
    answer, retries = host.infer(FakePort(lambda frame: b"\x00\xff" + right(frame)), BOARD, np.array([3, 4]))
    assert (answer.label, retries) == (1, 0)


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (lambda frame: b"", "4 attempts failed.*no answer from fake"),
        (refuse(ErrorCode.OVERRUN), "the board refused the frame: OVERRUN"),
        (refuse(77), "the board refused the frame: 77"),
        (lambda frame: reply(0x81, b""), "answer 0x81 to command 0x02"),
    ],
)
def test_lasting_trouble_is_an_error(trouble, message):
    with pytest.raises(LinkError, match=message) as caught:
        host.infer(FakePort(*[trouble] * 4), BOARD, np.array([3, 4]))
    assert caught.value.exit_code == 4


def test_another_bitstream_is_refused():
    assert host.identify(FakePort(), BOARD.design_id) == BOARD
    with pytest.raises(
        LinkError, match="the board holds design 3132333435363738, 3030303030303030 expected; program this run"
    ):
        host.identify(FakePort(), b"00000000")


def test_a_port_that_goes_away_is_named():
    def unplugged(frame):
        raise serial.SerialException("device disconnected")

    with pytest.raises(LinkError, match="fake failed: device disconnected; is the board still plugged in"):
        host.identify(FakePort(unplugged))


def test_a_port_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot open .*nothing"), host.connect(str(tmp_path / "nothing")):
        pass


def test_samples_need_labels():
    with pytest.raises(InputError, match="2 samples and 1 labels"):
        host.score(FakePort(), BOARD, np.zeros((2, 2), int), np.zeros(1, int))
