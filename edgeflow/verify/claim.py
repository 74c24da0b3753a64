"""A claim: that hardware computes what stands above it. The ladder proves it or names what differs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.fixedpoint import Integers
from edgeflow.frontends._lowered import Lowered
from edgeflow.verify.ladder import Rung
from edgeflow.verify.locate import Regenerate


@dataclass(frozen=True, eq=False)
class Claim:
    lowered: Lowered
    frames: Integers  # (samples, features), as the network takes them; the test split first
    rungs: Callable[[], list[Rung]]  # those above the network; asked for only if the proof is not stored
    of: Any  # plain data that determines the rungs
    seed: int
    regenerate: Regenerate  # a network's hardware, folded as the design is
    labels: NDArray[np.integer] = field(default_factory=lambda: np.zeros(0, np.int64))  # of the test split

    @property
    def material(self) -> dict[str, Any]:
        return {"of": self.of, "frames": sha256(self.frames.tobytes()).hexdigest(), "seed": self.seed}
