"""What a student's hardware must equal: the framework, then csim, or the executor of the file it exports."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog, pipeline
from edgeflow.fixedpoint import Integers
from edgeflow.frontends import _firmware
from edgeflow.frontends._lowered import Lowered
from edgeflow.recipe import Recipe
from edgeflow.stages import Staged
from edgeflow.training import TrainedModel
from edgeflow.verify import locate, reference, vectors
from edgeflow.verify.claim import Claim
from edgeflow.verify.ladder import Rung

VECTORS = 10_000  # frames that verification compares, the test split among them


def claim(
    recipe: Recipe, trained: Staged[TrainedModel], firmware: Staged[_firmware.Firmware] | None, lowered: Lowered
) -> Claim:
    """On the test split and on random frames, all rungs compute the same."""
    data = pipeline.dataset(recipe)
    frames = vectors.frames(lowered.network, lowered.entry.quantize(data.x_test), VECTORS, recipe.seed)
    return Claim(
        lowered,
        frames,
        lambda: _rungs(recipe, trained.value, firmware.value if firmware else None, lowered, frames),
        firmware.folder.name if firmware else trained.folder.name,
        recipe.seed,
        locate.regenerator(
            pipeline.folding_of(recipe.hardware), recipe.hardware.clock_mhz, pipeline.delays_of(recipe.hardware)
        ),
        data.y_test,
    )


def _rungs(
    recipe: Recipe, trained: TrainedModel, firmware: _firmware.Firmware | None, lowered: Lowered, frames: Integers
) -> list[Rung]:
    """With a firmware all are exact; else they compute in float32, and where that decides a tie, the network's own
    value stands for theirs. Raises MismatchError for any other difference."""
    name, framework = recipe.student.framework, catalog.load("training", recipe.student.framework)
    reals = lowered.entry.dequantize(frames).astype(np.float32)  # (samples, *shape)
    flat = reals.reshape(len(frames), -1)
    logits = framework.predict(trained, flat)
    if firmware:
        return [
            _traced(name, framework, trained, flat, logits),
            _csim(firmware, lowered.network.input.real(frames)),
        ]
    frontend = catalog.load("frontends", name)
    found = frontend.execute(trained, reals)
    agreed = reference.checked(lowered, frames, found, frontend.EXECUTOR)
    own = reference.within_ties(lowered, frames, lowered.exit.integers(logits), name)
    return [Rung(name, lowered.real(own)), Rung(frontend.EXECUTOR, lowered.real(agreed.outputs))]


def _traced(
    name: str, framework: Any, trained: TrainedModel, x: NDArray[np.float32], logits: NDArray[np.floating[Any]]
) -> Rung:
    """A framework that shows its layers' values names the layer that differs."""
    if not hasattr(framework, "trace"):
        return Rung(name, logits.astype(np.float64))
    return Rung(name, logits.astype(np.float64), trace=lambda rows: framework.trace(trained, x[rows]))


def _csim(firmware: _firmware.Firmware, x: NDArray[np.float64]) -> Rung:
    return Rung("csim", firmware.predict(x), trace=lambda rows: firmware.trace(x[rows]))
