"""The simulated board at work: test samples through its UART pins, every answer compared with the network."""

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeflow import host
from edgeflow.boards._board import Board
from edgeflow.errors import MismatchError
from edgeflow.fixedpoint import Integers
from edgeflow.implement import simulated_board
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design
from edgeflow.store import Store

FILE = "board.json"


@dataclass(frozen=True)
class BoardRun:
    samples: int
    accuracy: float  # of these samples
    retries: int  # frames sent again
    seconds: float

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self)) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "BoardRun":
        return cls(**json.loads((folder / FILE).read_text()))


def simulate(
    network: Network,
    design: Design,
    board: Board,
    clock_mhz: float,
    x: Integers,
    labels: NDArray[np.int64],
    store: Store,
) -> BoardRun:
    """Send frames (samples, features) as ``edgeflow host`` would. Raises MismatchError at the first differing logit."""
    with tempfile.TemporaryDirectory(prefix="edgeflow-board-") as folder:
        program = simulated_board.build(design, board, Path(folder), store, clock_mhz)
        with simulated_board.powered_on(program) as running, host.connect(running.port) as port:
            score = host.score(port, host.identify(port, program.design_id), x, labels)
    got, expected = np.array([answer.logits for answer in score.answers]), network.run(x)
    if (got != expected).any():
        sample, channel = (int(i) for i in np.argwhere(got != expected)[0])
        raise MismatchError(
            f"board {board.name}: sample {sample}, logit {channel}: expected {expected[sample, channel]}, "
            f"got {got[sample, channel]} over the simulated UART"
        )
    return BoardRun(score.samples, score.accuracy, score.retries, score.seconds)
