"""The corpus' terms counted again after what counts them changed: what was measured stays.

    python -m edgeflow.calibrate.recount        writes the shipped corpus; seconds a design, none is synthesized
"""

from collections.abc import Iterable
from dataclasses import replace

from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.estimate import corpus
from edgeflow.estimate.corpus import Row
from edgeflow.estimate.features import features
from edgeflow.families import _family


def recounted(rows: Iterable[Row]) -> list[Row]:
    return [row if row.failure else replace(row, terms=_terms(row)) for row in rows]


def _terms(row: Row) -> dict[str, float]:
    board = _board.load(row.board)
    return features(drawn(row.number).design(_family.of(board)), board)


if __name__ == "__main__":
    corpus.save(recounted(corpus.load()), corpus.SHIPPED)
