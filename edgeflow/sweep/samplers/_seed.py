"""The seed of one trial's sampler: who asks, and after which others, does not matter."""

import numpy as np


def seed_of(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
