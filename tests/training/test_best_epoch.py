"""Which epoch's weights stay: the best on validation of those that may be chosen. Frameworks play no part."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeflow.recipe import Training
from edgeflow.training._augment import Examples
from edgeflow.training._fit import Logits, Task, fit

RIGHT = (2, 4, 1, 3, 3, 2)  # of four validation samples, after each epoch; the second epoch is the lucky one


class Told:
    """A learner whose weights are the number of its last epoch and whose validation scores are given."""

    def __init__(self, epoch: int = -1):
        self.epoch = epoch

    def run_epoch(self, order: NDArray[np.int32], learning_rate: float, share: float) -> float:
        self.epoch += 1
        return 0.0

    def mask(self, masks: Any) -> None: ...

    def validate(self) -> Logits:
        right = np.arange(4) < RIGHT[self.epoch]
        return np.stack([right, ~right], axis=1).astype(np.float32)

    def snapshot(self) -> int:
        return self.epoch

    def restore(self, snapshot: int) -> None:
        self.epoch = snapshot


def chosen(best_of_last: float = 1.0, epochs: range | None = None, choose_from: int = 0) -> tuple[int, float]:
    """The epoch whose weights are left, and its score."""
    schedule = Training(epochs=len(RIGHT), batch_size=1, best_of_last=best_of_last)
    x, y = np.zeros((1, 1), np.float32), np.zeros(4, np.int64)
    task = Task((1,), 2, Examples(x, y[:1], (1,), 0.0), x, y, schedule)
    learner = Told((epochs or range(1)).start - 1)
    score = fit(learner, task, 1, "told", lambda line: None, None, lambda epoch: None, epochs, choose_from)
    return learner.epoch, score


def test_a_lucky_early_epoch_is_chosen_only_where_it_may_be() -> None:
    assert Training().best_of_last == 1.0
    assert chosen() == (1, 1.0)
    assert chosen(best_of_last=0.5) == (4, 0.75), "the later of two equals"
    assert chosen(best_of_last=0.3) == (4, 0.75)
    assert chosen(best_of_last=0.1) == (5, 0.5), "the last epoch, for a share of less than one"


def test_the_later_of_two_bounds_counts() -> None:
    """A step's own bound, where the zeros are all there, and the schedule's."""
    assert chosen(best_of_last=0.5, choose_from=5) == chosen(best_of_last=0.1, choose_from=3) == (5, 0.5)


def test_a_run_that_ends_before_any_choice_keeps_its_last_epoch() -> None:
    """Rewinding trains the first epochs alone."""
    assert chosen(best_of_last=0.1, epochs=range(3)) == (2, 0.25)
    assert chosen(best_of_last=1.0, epochs=range(3)) == (1, 1.0)
    assert chosen(best_of_last=0.5, epochs=range(2, 6)) == (4, 0.75)


@pytest.mark.parametrize(
    ("epochs", "share", "first"), [(600, 0.1, 540), (600, 1.0, 0), (1, 0.1, 0), (7, 0.3, 5), (10, 0.01, 9)]
)
def test_the_share_is_counted_in_whole_epochs(epochs: int, share: float, first: int) -> None:
    assert Training(epochs=epochs, best_of_last=share).first_choice == first
