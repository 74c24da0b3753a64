"""Where the network comes from that is fitted: a recipe, trained or not, or a quantized model file.

Cycles depend on shapes alone, and so does what folded layers take; the logic of unrolled ones depends on the weights.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from edgeflow import catalog, imports, pipeline, training_stages
from edgeflow.estimate.recipe_network import drawn_network
from edgeflow.network.network import Network
from edgeflow.recipe import Recipe, Student
from edgeflow.recipe_layout import foldable
from edgeflow.stages import Context

DRAWN = "weights are drawn like those of trained students: it is not trained yet, and unrolled layers may differ"


@dataclass(frozen=True)
class Source:
    network: Network
    names: Collection[str] | None  # layers whose shape may be chosen; None: all that have one
    notes: tuple[str, ...]


def of_recipe(recipe: Recipe, context: Context, train: bool) -> Source:
    """With trained weights if the store has them or ``train`` asks for them, else with drawn ones."""
    if stored := pipeline.stored_network(recipe, context.store):
        return Source(stored, _names(recipe), ())
    if not (train or training_stages.is_trained(recipe, context)):
        return drawn(recipe)
    trained = training_stages.train(recipe, context)
    lowered = pipeline.lower(recipe, trained, pipeline.convert(recipe, trained, context))
    return Source(lowered.network, _names(recipe), ())


def drawn(recipe: Recipe) -> Source:
    """Compression steps are not run, so it has the widths that the recipe starts with."""
    data = catalog.load("datasets", recipe.dataset)
    return Source(drawn_network(recipe, data.SHAPE, data.CLASSES), _names(recipe), (DRAWN,))


def of_file(model: Path) -> Source:
    lowered = imports.frontend_of(model).lower(model, imports.module_name(model.stem))
    return Source(lowered.network, None, ())


def narrower(recipe: Recipe, bits: int) -> Recipe | None:
    """The recipe with so many bits less for every weight and activation; None where one has no more to give."""
    plain = recipe.student.model_dump()
    for layer in [*_layers(plain["hidden"]), plain["output"]]:
        for key in ("weight_bits", "activation_bits"):
            if layer.get(key) is not None:
                layer[key] -= bits
    try:
        return recipe.model_copy(update={"student": Student.model_validate(plain)})
    except ValueError:
        return None


def _layers(hidden: list[dict[str, object]]) -> list[dict[str, object]]:
    found = []
    for layer in hidden:
        inner = layer.get("residual")
        found += [layer, *(_layers(inner) if isinstance(inner, list) else [])]
    return found


def _names(recipe: Recipe) -> Collection[str]:
    """Those that ``hardware.folding`` may name."""
    data = catalog.load("datasets", recipe.dataset)
    return {placed.name for placed in foldable(recipe.student.layout(data.SHAPE, data.CLASSES))}
