"""A recipe to its figures: what one trial of a sweep does. Stages come from the store: hardware trains nothing.

Nothing is verified here: ``edgeflow run`` on the chosen point's recipe does that, and finds these stages stored.
"""

import time
from collections.abc import Callable
from dataclasses import asdict

from edgeflow import pipeline, recipe, training_stages
from edgeflow.boards import _board
from edgeflow.recipe import Recipe
from edgeflow.recipe_cost import quantized_cost
from edgeflow.rtl.design import Design
from edgeflow.stages import Context
from edgeflow.store import Store
from edgeflow.sweep._task import Figures, Task
from edgeflow.sweep.figures import CELLS, Stage

LOG_EVERY_S = 1.0


def run(task: Task) -> Figures:
    """Train, and estimate or route as far as the sweep's objectives ask. Raises what the stages raise."""
    wanted = recipe.load(task.recipe)
    context = Context(Store.default(), _log())
    trained = training_stages.train(wanted, context)
    model = trained.value
    scores = model.scores["student"]
    figures: Figures = {"accuracy": scores.validation, "test_accuracy": scores.test}
    figures["validation_samples"] = len(pipeline.dataset(wanted).y_validation)
    figures |= asdict(quantized_cost(model.layout, model.spec))
    if task.stage >= Stage.ESTIMATE:
        lowered = pipeline.lower(wanted, trained, pipeline.convert(wanted, trained, context))
        design = pipeline.generate(wanted, trained, lowered.network)
        figures |= estimated(wanted, design)
        if task.stage >= Stage.ROUTE:
            figures |= routed(wanted, design, context)
    return figures


def estimated(wanted: Recipe, design: Design) -> Figures:
    """Of the bare core, at the recipe's clock; cycles are exact."""
    found, period_ns = pipeline.estimate(design, _board.load(wanted.hardware.board)), 1000 / wanted.hardware.clock_mhz
    times = {"latency_ns": found.latency_cycles * period_ns, "interval_ns": found.interval_cycles * period_ns}
    energy = {"energy_nj": pipeline.estimate_energy(found, design.interval_cycles, wanted.hardware).frame_nj}
    return {f"estimated.{name}": value for name, value in (_cells(found) | times | energy).items()}


def routed(wanted: Recipe, design: Design, context: Context) -> Figures:
    """Of the whole board."""
    found = pipeline.implement(wanted.name, wanted.hardware, design, context).value.board
    clock_mhz = min(found.fmax_mhz, wanted.hardware.clock_mhz)
    times = {"fmax_mhz": found.fmax_mhz, "latency_ns": design.latency_cycles * 1000 / clock_mhz}
    return {f"routed.{name}": value for name, value in (_cells(found) | times).items()}


def _cells(found: object) -> Figures:
    return {name: getattr(found, name) for name in CELLS}


def _log() -> Callable[[str], None]:
    """Progress as lines of the trial's log, not faster than one reads."""
    last = [-LOG_EVERY_S]

    def line(text: str) -> None:
        if time.monotonic() - last[0] >= LOG_EVERY_S:
            last[0] = time.monotonic()
            print(text, flush=True)

    return line
