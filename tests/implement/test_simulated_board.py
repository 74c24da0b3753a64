"""The whole board, from its UART pins on, against the golden model and against hostile traffic."""

from random import Random

import dummy_design
import numpy as np
import pytest

from edgeflow import catalog, host, link
from edgeflow.boards import _board
from edgeflow.implement import simulated_board
from edgeflow.implement.wrapper import wrap
from edgeflow.link import ErrorCode
from edgeflow.tools import verilator

pytestmark = pytest.mark.tools
BOARDS = [name for name in catalog.names("boards") if not name.startswith("ulx3s_")]  # those have the ULX3S's top
CLOCK_MHZ = {"ecp5": 100, "ice40": 24, "gw1n": 54, "gw2a": 54}
QUIET_S = 0.5  # real time without a byte: the board has said all it has to say
X = np.random.default_rng(5).integers(0, 16, (64, 4))
Y = dummy_design.golden(X)
REQUEST = link.encode(link.INFER, bytes(X[0].tolist()))


@pytest.fixture(scope="module")
def program(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("board")
    return simulated_board.build(dummy_design.design(), _board.load("ulx3s"), folder, store)


@pytest.fixture
def board(program):
    with simulated_board.powered_on(program) as running:
        yield running


@pytest.fixture
def port(board):
    with host.connect(board.port, timeout_s=QUIET_S) as opened:
        yield opened


def responses(port):
    """Every response until the line is quiet, as (command, payload); anything between them fails."""
    found, data = [], port.read(100_000)
    while data:
        size = link.HEADER + link.payload_length(data[: link.HEADER]) + link.TRAILER
        found.append(link.decode(data[:size]))
        data = data[size:]
    return found


def error(code):
    return (link.ERROR, bytes([code]))


def assert_works(port, index=0):
    """One good request gets its one right answer."""
    port.write(link.encode(link.INFER, bytes(X[index].tolist())))
    payload = dict(responses(port))[link.INFER | link.ANSWER]
    identity = link.identity(dummy_design.design(), 100)
    assert link.answer(payload, identity) == link.Answer(int(Y[index].argmax()), tuple(Y[index].tolist()), 2)


@pytest.mark.parametrize("baud_error", [0.0, 0.03, -0.03])
def test_scores_every_sample(program, baud_error):
    with simulated_board.powered_on(program, baud_error) as running, host.connect(running.port) as port:
        identity = host.identify(port, program.design_id)
        assert identity == link.identity(dummy_design.design(), 100)
        score = host.score(port, identity, X, Y.argmax(axis=1))
        assert running.leds() == Y[-1].argmax()
    assert (score.accuracy, score.retries) == (1.0, 0)
    assert [answer.logits for answer in score.answers] == [tuple(row) for row in Y.tolist()]
    assert {answer.cycles for answer in score.answers} == {dummy_design.design().latency_cycles}


def test_the_lowest_index_wins_a_tie(port):
    ties = [x for x in np.ndindex(2, 16, 16, 16) if _tie(dummy_design.golden(np.array([x]))[0])][:5]
    assert len(ties) == 5
    identity = host.identify(port)
    for x in ties:
        answer, _ = host.infer(port, identity, np.array(x))
        assert answer.label == answer.logits.index(max(answer.logits))


def _tie(y):
    return (y == y.max()).sum() > 1


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x00", ErrorCode.BAD_SYNC),
        (b"\x5a" + REQUEST[1:], ErrorCode.BAD_SYNC),
        (link.encode(0x03), ErrorCode.BAD_COMMAND),
        (link.encode(link.INFER | link.ANSWER, bytes(4)), ErrorCode.BAD_COMMAND),
        (link.encode(link.INFER, bytes(3)), ErrorCode.BAD_LENGTH),
        (link.encode(link.INFER, bytes(5)), ErrorCode.BAD_LENGTH),
        (link.encode(link.INFER, bytes(260)), ErrorCode.BAD_LENGTH),
        (link.encode(link.IDENTIFY, b"\x00"), ErrorCode.BAD_LENGTH),
        (REQUEST[:-1] + bytes([REQUEST[-1] ^ 1]), ErrorCode.BAD_CRC),
        (REQUEST[:5] + bytes([REQUEST[5] ^ 128]) + REQUEST[6:], ErrorCode.BAD_CRC),
        *((REQUEST[:size], ErrorCode.TIMEOUT) for size in range(1, len(REQUEST))),
    ],
)
def test_a_broken_frame_gets_its_error_once(board, port, frame, code):
    port.write(frame)
    assert responses(port) == [error(code)]
    assert board.leds() & 0x80
    assert_works(port)
    assert not board.leds() & 0x80


def test_any_corrupted_byte_is_refused(port):
    for position in range(len(REQUEST)):
        broken = bytearray(REQUEST)
        broken[position] ^= 1 << (position % 8)
        port.write(bytes(broken))
        (only,) = responses(port)
        assert only[0] == link.ERROR
    assert_works(port)


def test_a_missing_stop_bit_is_refused(board, port):
    board.break_next_stop_bit()
    port.write(REQUEST)
    assert responses(port) == [error(ErrorCode.BAD_STOP_BIT)]
    assert_works(port)


def test_random_bytes_get_errors_only(port):
    seed = 11
    random = Random(seed)
    for _ in range(12):
        noise = random.randbytes(random.randint(1, 400))
        if random.random() < 0.5:
            noise = REQUEST[: random.randint(1, 6)] + noise
        port.write(noise)
        got = responses(port)
        assert got and all(command == link.ERROR for command, _ in got), f"seed {seed}"
    assert_works(port)


def test_frames_back_to_back_are_answered_in_order_or_refused(port):
    count = 20
    port.write(b"".join(link.encode(link.INFER, bytes(x.tolist())) for x in X[:count]))
    got = responses(port)
    identity = link.identity(dummy_design.design(), 100)
    answers = [link.answer(payload, identity).logits for command, payload in got if command != link.ERROR]
    assert answers == [tuple(row) for row in Y[: len(answers)].tolist()] and len(answers) >= 2
    assert got[len(answers) :] == [error(ErrorCode.OVERRUN)], (
        "the answers are longer than the requests, so some must be lost"
    )
    assert_works(port, 1)


def test_two_frames_back_to_back_are_both_answered(port):
    port.write(link.encode(link.IDENTIFY) + REQUEST)
    first, second = responses(port)
    assert first[0] == link.IDENTIFY | link.ANSWER and second[0] == link.INFER | link.ANSWER


@pytest.mark.parametrize("sent", [1, 4, 6, len(REQUEST)])
def test_reset_in_mid_frame_forgets_it(board, port, sent):
    port.write(REQUEST[:sent])
    port.flush()
    board.press_reset()
    early = port.read(100_000)  # the reset may cut an answer short
    assert bytes([link.RESPONSE_SYNC, link.INFER | link.ANSWER]) not in early or sent == len(REQUEST)
    assert_works(port)


def test_words_beats_and_classes_of_many_bytes(tmp_path, store):
    program = simulated_board.build(dummy_design.wide_design(), _board.load("ulx3s"), tmp_path, store, cycles_per_bit=9)
    x = np.random.default_rng(3).integers(-512, 512, (8, 6))
    x[0], x[1], x[2] = -512, 511, [511, 0, 0, 0, 0, 0]
    y = dummy_design.wide_golden(x)
    with simulated_board.powered_on(program) as running, host.connect(running.port) as port:
        score = host.score(port, host.identify(port, program.design_id), x, y.argmax(axis=1))
    assert (score.accuracy, score.retries) == (1.0, 0) and y.argmax(axis=1).max() > 255
    assert [answer.logits for answer in score.answers] == [tuple(row) for row in y.tolist()]
    assert {answer.cycles for answer in score.answers} == {dummy_design.wide_design().latency_cycles}


@pytest.mark.parametrize("name", BOARDS)
def test_every_board_answers_through_its_pins(tmp_path, store, name):
    board = _board.load(name)
    program = simulated_board.build(dummy_design.design(), board, tmp_path, store, CLOCK_MHZ[board.family])
    with simulated_board.powered_on(program) as running, host.connect(running.port) as port:
        identity = host.identify(port, program.design_id)
        score = host.score(port, identity, X[:8], Y[:8].argmax(axis=1))
        port.write(REQUEST[:-3])
        running.press_reset()
        host.settle(port)
        assert host.identify(port) == identity
    assert [answer.logits for answer in score.answers] == [tuple(row) for row in Y[:8].tolist()]
    assert (score.accuracy, score.retries) == (1.0, 0)


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("name", BOARDS)
def test_lint_is_silent(tmp_path, name, simulated):
    board = _board.load(name)
    whole = wrap(dummy_design.design(), board, CLOCK_MHZ[board.family])
    sources = simulated_board.simulated_sources(whole, board) if simulated else whole.sources
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    options = ["-Wno-DECLFILENAME", simulated_board.pll_option(board)]
    warnings = verilator.lint(tmp_path, [*options, *sources], board.top)
    assert warnings == []


def test_a_broken_frame_takes_what_follows_without_a_pause(port):
    for frame in (REQUEST[:-1] + b"!", link.encode(3), link.encode(link.INFER, bytes(9)), b"\x00"):
        port.write(frame + REQUEST)
        (only,) = responses(port)
        assert only[0] == link.ERROR
    assert_works(port)
