"""What ``edgeflow estimate`` does: a recipe or a quantized file to figures, before anything is synthesized.

No training framework is imported: a trained student's network comes from the store, one that is not trained yet has
drawn weights, and the answer says which.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from edgeflow import catalog, imports, pipeline
from edgeflow import recipe as recipes
from edgeflow.boards import _board
from edgeflow.boards._board import Board
from edgeflow.errors import InputError
from edgeflow.estimate.analytic import Estimate, Guess, Sketch
from edgeflow.estimate.fixed16 import drawn_weights, fixed16
from edgeflow.estimate.predicted import Predicted
from edgeflow.estimate.recipe_network import drawn_network
from edgeflow.families import _family
from edgeflow.network.network import Network
from edgeflow.recipe import Hardware, Recipe
from edgeflow.recipe_cost import Cost, float_cost, quantized_cost
from edgeflow.recipe_layout import Placed
from edgeflow.rtl.generate import generate
from edgeflow.store import Store

TRAINED = "the trained student's own weights, from the store"
DRAWN = "drawn like those of trained students: it is not trained here yet, or not for this clock"
FILE = "the file's own weights"
GENERATED = "from the generated design"
GUESS = "guessed from weights where logic is too large to be sketched: no latency, much wider intervals"
SKETCH = "sketched, no design was generated: no latency, slightly wider intervals"
FLOAT32 = "float32 is counted only: this flow has no floating-point core, so nothing was routed to fit a form to"


@dataclass(frozen=True)
class Baseline:
    fixed16: Predicted
    counted: Cost  # of float32


@dataclass(frozen=True)
class Answer:
    name: str
    board: str
    clock_mhz: float
    weights: str  # where they come from
    student: Predicted
    counted: Cost | None  # the student, by counting; None of a file
    baseline: Baseline | None  # None of a file
    milliseconds: dict[str, float]  # generating, estimating

    @property
    def notices(self) -> list[str]:
        found = [f"weights: {self.weights}"]
        if self.baseline:
            found.append(FLOAT32)
        if too_much := self._too_much():
            found.append(f"does not fit {self.board}: {', '.join(too_much)}; edgeflow fit chooses shapes that do")
        if outside := self.student.figures.outside:
            far = ", ".join(outside[:5])
            found.append(f"outside the corpus: {far}; intervals do not hold there")
        times = ", ".join(f"{ms:.1f} ms to {doing}" for doing, ms in self.milliseconds.items())
        return [*found, f"{self.path}: {times}"]

    def _too_much(self) -> list[str]:
        """What the bare core alone takes more of than the part has."""
        there, figures = asdict(_board.load(self.board).budget), self.student.figures
        needs = {name: getattr(figures, name) for name in there}
        return [f"{need:,} {name} of {there[name]:,}" for name, need in needs.items() if need > there[name]]

    @property
    def path(self) -> str:
        """How it was found."""
        found = self.student.figures
        return GENERATED if isinstance(found, Estimate) else GUESS if isinstance(found, Guess) else SKETCH


def of_recipe(recipe: Recipe, store: Store, fast: bool = False) -> Answer:
    dataset = catalog.load("datasets", recipe.dataset)
    stored = pipeline.stored_network(recipe, store)
    network = stored or drawn_network(recipe, dataset.SHAPE, dataset.CLASSES)
    layout = recipe.student.layout(dataset.SHAPE, dataset.CLASSES)
    floats = recipe.baseline.layout(dataset.SHAPE, dataset.CLASSES)
    return _answer(
        network,
        recipe.hardware,
        TRAINED if stored else DRAWN,
        quantized_cost(layout, recipe.student),
        _baseline(floats, recipe.hardware, recipe.seed),
        fast,
    )


def of_file(model: Path, hardware: Hardware, fast: bool = False) -> Answer:
    """A quantized model: .onnx, .tflite. Raises InputError for another."""
    lowered = imports.frontend_of(model).lower(model, imports.module_name(model.stem))
    return _answer(lowered.network, hardware, FILE, None, None, fast)


def of(path: Path, fast: bool = False, **wanted: object) -> Answer:
    """Of a recipe, a folder with one, or a model file; ``wanted`` is other hardware. Raises what reading it raises."""
    from edgeflow import recipe_hardware

    path = path / "recipe.yaml" if path.is_dir() else path
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a recipe, a folder with a recipe.yaml, or a quantized model")
    if path.suffix in (".yaml", ".yml"):
        return of_recipe(recipe_hardware.on(recipes.load(path), **wanted), Store.default(), fast)
    said = {key: value for key, value in wanted.items() if value is not None}
    return of_file(path, recipes.hardware(**{"clock_mhz": 50.0, "folding": "folded"} | said), fast)


def _answer(
    network: Network, hardware: Hardware, weights: str, counted: Cost | None, baseline: Baseline | None, fast: bool
) -> Answer:
    board = _board.load(hardware.board)
    board.check_clock(hardware.clock_mhz)
    found, times = (_sketched if fast else _generated)(network, hardware, board)
    student = _predicted(found, hardware)
    return Answer(network.name, board.name, hardware.clock_mhz, weights, student, counted, baseline, times)


def _sketched(network: Network, hardware: Hardware, board: Board) -> tuple[Sketch, dict[str, float]]:
    started = time.perf_counter()
    found = pipeline.sketch(hardware, network)
    return found, {"estimate": 1000 * (time.perf_counter() - started)}


def _generated(network: Network, hardware: Hardware, board: Board) -> tuple[Estimate, dict[str, float]]:
    started = time.perf_counter()
    design = generate(network, pipeline.folding_of(hardware), hardware.clock_mhz, _family.of(board).delays)
    generated = time.perf_counter()
    found = pipeline.estimate(design, board)
    done = time.perf_counter()
    return found, {"generate": 1000 * (generated - started), "estimate": 1000 * (done - generated)}


def _baseline(layout: Sequence[Placed], hardware: Hardware, seed: int) -> Baseline:
    folded = fixed16(layout, drawn_weights(layout, seed), _board.load(hardware.board))
    return Baseline(_predicted(folded, hardware), float_cost(layout))


def _predicted(found: Estimate | Sketch, hardware: Hardware) -> Predicted:
    reached = hardware.model_copy(update={"clock_mhz": min(hardware.clock_mhz, found.fmax_mhz)})
    return Predicted(found, pipeline.estimate_energy(found, found.interval_cycles, reached))
