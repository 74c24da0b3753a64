"""How near a network's logits are to those of the float network, and how often its class is right."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.floating[Any]]  # (samples, outputs)


@dataclass(frozen=True)
class Score:
    snr_db: float | None  # of the logits, the float network's being the signal; None where both are equal
    accuracy: float | None  # share of right classes; None without labels


def score(logits: Logits, reference: Logits, labels: NDArray[np.int64] | None) -> Score:
    return Score(
        _snr_db(logits, reference), None if labels is None else float((logits.argmax(axis=1) == labels).mean())
    )


def _snr_db(logits: Logits, reference: Logits) -> float | None:
    signal, noise = (float(np.square(part, dtype=np.float64).sum()) for part in (reference, logits - reference))
    return float(10 * np.log10(signal / noise)) if signal and noise else None
