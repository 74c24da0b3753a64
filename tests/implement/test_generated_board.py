"""Generated networks on the board: every answer over the UART equals ``Network.run``; the bitstream meets its clock."""

import numpy as np
import pytest

from edgeflow import host
from edgeflow.boards import _board
from edgeflow.errors import DoesNotFitError
from edgeflow.families import _family
from edgeflow.fixedpoint import Fixed, Overflow, Rounding
from edgeflow.implement import implement, simulated_board
from edgeflow.kernels.argmax import Argmax
from edgeflow.kernels.dense import Dense
from edgeflow.kernels.requantize import Requantize
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate

pytestmark = pytest.mark.tools
BOARD = _board.load("ulx3s")


def network(features, hidden, classes, seed, argmax=False):
    """Two dense layers of random 4-bit weights with a saturating cast between them."""
    rng = np.random.default_rng(seed)
    x = Fixed(4, 4, signed=False)
    first = _dense(rng, x, features, hidden)
    between = Requantize(first.y, Fixed(4, 2, signed=False), Rounding.RND, Overflow.SAT, hidden)
    second = _dense(rng, between.y, hidden, classes)
    kernels = [first, between, second, *([Argmax(second.y, classes)] if argmax else [])]
    return Network("random", tuple(Layer(f"layer_{i}", kernel) for i, kernel in enumerate(kernels)))


def _dense(rng, x, inputs, outputs):
    weight = rng.integers(-8, 8, (inputs, outputs)) * (rng.random((inputs, outputs)) < 0.6)
    return Dense(weight, rng.integers(-50, 50, outputs), x, Fixed(4, 3))


@pytest.mark.parametrize(
    ("folding", "argmax"), [("unrolled", False), ("folded", False), ("unrolled", True), ("folded", True)]
)
def test_the_board_computes_the_network(tmp_path, store, folding, argmax):
    model = network(16, 8, 5, seed=4, argmax=argmax)
    design = generate(model, folding, 100.0)
    program = simulated_board.build(design, BOARD, tmp_path, store)
    x = np.random.default_rng(9).integers(0, 16, (40, 16))
    x[0], x[1] = 0, 15
    y = model.run(x)
    labels = y[:, 0] if argmax else y.argmax(axis=1)
    with simulated_board.powered_on(program) as running, host.connect(running.port) as port:
        identity = host.identify(port, program.design_id)
        assert identity.x == model.input
        score = host.score(port, identity, x, labels)
    assert [answer.logits for answer in score.answers] == [tuple(row) for row in y.tolist()]
    assert (score.accuracy, score.retries) == (1.0, 0)
    assert {answer.cycles for answer in score.answers} == {design.latency_cycles}


@pytest.mark.slow
@pytest.mark.parametrize("folding", ["unrolled", "folded"])
def test_a_digits_sized_network_meets_100_mhz(tmp_path, store, folding):
    design = generate(network(64, 16, 10, seed=4), folding, 100.0)
    done = implement(design, BOARD, 100.0, [1, 2], tmp_path, "digits", store).board
    assert done.timing_met, done
    assert done.bitstream is not None and done.bitstream_bytes > 100_000
    assert done.dsps == 0  # products of so few bits lie in LUTs
    assert (done.brams > 0) == (folding == "folded")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "clock_mhz"), [("icebreaker", 24.0), ("tangnano9k", 54.0), ("tangnano20k", 54.0)])
def test_a_digits_sized_network_folded_fits_small_boards(tmp_path, store, name, clock_mhz):
    board = _board.load(name)
    design = generate(network(64, 34, 10, seed=4), "folded", clock_mhz, _family.of(board).delays)
    done = implement(design, board, clock_mhz, [1], tmp_path, "digits", store).board
    assert done.timing_met, done
    assert done.brams > 0 and done.luts < board.budget.luts / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("icebreaker", r"boards.icebreaker: \d+ luts needed, 5280 available"),
        ("tangnano9k", r"\d+ (luts|LUT4) needed, 8640 available"),
    ],
)
def test_unrolled_it_is_refused_by_name(tmp_path, store, name, message):
    """Before placement: iCE40's by what Yosys made, and Gowin's at the latest by what nextpnr packed."""
    board = _board.load(name)
    design = generate(network(64, 34, 10, seed=4), "unrolled", 50.0, _family.of(board).delays)
    with pytest.raises(DoesNotFitError, match=message) as caught:
        implement(design, board, 27.0 if name == "tangnano9k" else 24.0, [1], tmp_path, "digits", store)
    assert caught.value.exit_code == 5
