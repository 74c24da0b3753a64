"""Counts of classes: every labelled sample once, the diagonal is the accuracy."""

import numpy as np

from edgeflow.verify import verification
from edgeflow.verify.confusion import confusion


def test_rows_are_true_classes_and_columns_what_was_named():
    logits = np.array([[1.0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [5, 0, 0]])
    assert confusion(logits, np.array([0, 0, 1, 2])) == ((1, 1, 0), (0, 1, 0), (0, 0, 1))


def test_it_counts_what_accuracy_divides():
    random = np.random.default_rng(5)
    logits, labels = random.normal(size=(300, 7)), random.integers(0, 7, 200)
    counts = np.array(confusion(logits, labels))
    assert counts.sum() == 200 and counts.trace() == (logits[:200].argmax(axis=1) == labels).sum()
    assert (counts.sum(axis=1) == np.bincount(labels, minlength=7)).all()


def test_no_labels_and_a_label_without_a_logit():
    assert confusion(np.zeros((4, 3)), np.zeros(0, np.int64)) == ()
    assert confusion(np.zeros((1, 1)), np.array([1])) == ((0, 0), (1, 0))


def test_it_comes_back_from_its_file(tmp_path):
    counts = ((4, 1), (0, 3))
    found = verification.Verification(1, 1, 1, 0, None, {}, 1, 1, (), 1, "", None, confusion=counts)
    found.save(tmp_path)
    assert verification.load(tmp_path) == found
