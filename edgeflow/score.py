"""``edgeflow host``: send a data set's test split to a board and say how it did."""

from collections.abc import Callable

from edgeflow import catalog, host
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Overflow, Rounding, quantize


def score_board(port: str, dataset: str, samples: int | None, progress: Callable[[str], None]) -> str:
    """One line of result. Raises InputError for a data set that the board's design does not take."""
    data = catalog.load("datasets", dataset).load()
    x_real, labels = data.x_test[:samples], data.y_test[:samples]
    with host.connect(port) as opened:
        board = host.identify(opened)
        if board.features != x_real.shape[1]:
            raise InputError(f"host: the board takes {board.features} features, {dataset} has {x_real.shape[1]}")
        x = quantize(x_real, board.x, Rounding.RND_CONV, Overflow.SAT)
        result = host.score(opened, board, x, labels, lambda done: progress(f"{dataset}: {done} of {len(x)} samples"))
    cycles = sorted({answer.cycles for answer in result.answers})
    return (
        f"{result.correct} of {result.samples} right, {100 * result.accuracy:.2f} %; "
        f"{result.retries} frames sent again; {result.samples / result.seconds:.0f} samples/s over the link; "
        f"core latency {', '.join(map(str, cycles))} cycles"
    )
