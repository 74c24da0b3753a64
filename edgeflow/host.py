"""Talk to a programmed board over its serial port: who it is, and what it makes of samples.

    with connect("/dev/ttyUSB0") as port:
        board = identify(port, design_id)
        print(score(port, board, x, labels).accuracy)

A frame that is lost, broken or refused is sent again; a board that answers nothing or another design is an error.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import serial

from edgeflow import link
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Integers
from edgeflow.link import Answer, ErrorCode, Identity, LinkError

BAUD = 1_000_000
RETRIES = 3
TIMEOUT_S = 1.0  # without a byte
SILENCE_S = 0.05  # longer than the board's own: afterwards it waits for a new frame


@dataclass(frozen=True)
class Score:
    samples: int
    correct: int
    answers: tuple[Answer, ...]
    retries: int
    seconds: float

    @property
    def accuracy(self) -> float:
        return self.correct / self.samples


@contextmanager
def connect(port: str, baud: int = BAUD, timeout_s: float = TIMEOUT_S) -> Iterator[serial.Serial]:
    """An open serial port. Raises InputError if it cannot be opened."""
    try:
        opened = serial.Serial(port, baud, timeout=timeout_s, write_timeout=timeout_s)
    except (OSError, ValueError) as error:
        raise InputError(
            f"host: cannot open {port}: {error}; is the board plugged in, and may you use the port?"
        ) from None
    try:
        yield opened
    finally:
        opened.close()


def identify(port: serial.Serial, expected_id: bytes | None = None) -> Identity:
    """Who the board is. Raises LinkError if its design is not the expected one, or it does not answer."""
    payload, _ = exchange(port, link.encode(link.IDENTIFY), link.IDENTIFY)
    board = Identity.decode(payload)
    if expected_id is not None and board.design_id != expected_id:
        raise LinkError(
            f"host: the board holds design {board.design_id.hex()}, {expected_id.hex()} expected; "
            "program this run's bitstream"
        )
    return board


def infer(port: serial.Serial, board: Identity, x: Integers) -> tuple[Answer, int]:
    """The board's answer to one sample of integers (features,), and how often it was sent again."""
    payload, retries = exchange(port, link.infer_request(x, board), link.INFER)
    return link.answer(payload, board), retries


def score(
    port: serial.Serial,
    board: Identity,
    x: Integers,
    labels: Integers,
    progress: Callable[[int], None] = lambda _: None,
) -> Score:
    """Send samples (batch, features) one by one and count the right classes; ``progress`` gets the number done."""
    if len(x) == 0 or len(x) != len(labels):
        raise InputError(f"host: {len(x)} samples and {len(labels)} labels; one label a sample, and at least one")
    started, answers, retries = time.monotonic(), [], 0
    for done, sample in enumerate(x, 1):
        answer, again = infer(port, board, sample)
        answers.append(answer)
        retries += again
        progress(done)
    correct = sum(answer.label == int(label) for answer, label in zip(answers, labels, strict=True))
    return Score(len(x), correct, tuple(answers), retries, time.monotonic() - started)


def exchange(port: serial.Serial, frame: bytes, command: int) -> tuple[bytes, int]:
    """Send a request, up to RETRIES times more; the payload of its answer, and the retries that it took."""
    failure: LinkError | None = None
    for attempt in range(RETRIES + 1):
        try:
            port.write(frame)
            return _answer_to(command, receive(port)), attempt
        except serial.SerialTimeoutException:
            failure = LinkError(f"host: {port.port} takes no bytes")
        except serial.SerialException as error:
            raise LinkError(f"host: {port.port} failed: {error}; is the board still plugged in?") from None
        except LinkError as error:
            failure = error
        settle(port)
    raise LinkError(
        f"host: {RETRIES + 1} attempts failed, the last one so: {failure}; press the board's reset, check the baud rate"
    )


def receive(port: serial.Serial) -> tuple[int, bytes]:
    """Command and payload of the next response; what lies before its sync byte is skipped."""
    sync = bytes([link.RESPONSE_SYNC])
    byte = port.read(1)
    while byte and byte != sync:
        byte = port.read(1)
    header = byte + port.read(link.HEADER - 1)
    if len(header) < link.HEADER:
        raise LinkError(f"host: no answer from {port.port} within {port.timeout:g} s")
    return link.decode(header + port.read(link.payload_length(header) + link.TRAILER))


def settle(port: serial.Serial) -> None:
    """Let the line fall silent, so that the board waits for a new frame, and forget what came."""
    time.sleep(SILENCE_S)
    port.reset_input_buffer()


def _answer_to(command: int, response: tuple[int, bytes]) -> bytes:
    got, payload = response
    if got == link.ERROR and len(payload) == 1:
        known = payload[0] in list(ErrorCode)
        raise LinkError(f"host: the board refused the frame: {ErrorCode(payload[0]).name if known else payload[0]}")
    if got != command | link.ANSWER:
        raise LinkError(f"host: answer {got:#04x} to command {command:#04x}")
    return payload
