"""Training, as stages of the flow: float networks, then the student, kept under all that determines them.

Recipe -> train_floats -> Weights
Recipe, Weights -> train -> TrainedModel, or rehearse -> Rehearsal
"""

from functools import partial
from hashlib import sha256
from pathlib import Path

from edgeflow import catalog, training
from edgeflow.recipe import Recipe
from edgeflow.recipe_steps import step_files
from edgeflow.stages import Context, Staged
from edgeflow.store import code_digest, seconds
from edgeflow.training import _floats

RECIPE_PARTS = ("", "_layers", "_layout", "_steps", "_cost")  # the code that gives a recipe its meaning in training
FLOAT_SECONDS = ".float_seconds"  # beside a student: how long its teachers and the baseline took


def train_floats(recipe: Recipe, context: Context) -> dict[str, Staged[training.Weights]]:
    """Teachers and baseline by their jobs' keys, each stored under what determines it alone: recipes that differ in
    the student share them."""
    framework, wanted = recipe.student.framework, _floats.jobs(recipe)

    def build(job: _floats.FloatJob, folder: Path) -> None:
        context.start("float_network", f"train {job.label}")
        made = catalog.load("training", framework).train_float(recipe, job, context.progress)
        _floats.save(made, folder)

    shared = {"framework": framework, "dataset": recipe.dataset} | _shared_material(recipe)
    folders = context.store.stages("float_network", [(shared | job.material, partial(build, job)) for job in wanted])
    return {
        job.key: Staged(_floats.load(folder), folder, seconds(folder))
        for job, folder in zip(wanted, folders, strict=True)
    }


def train(recipe: Recipe, context: Context) -> Staged[training.TrainedModel]:
    """The student, compressed step by step, scored beside its teachers and the baseline; its seconds are theirs too."""

    def build(folder: Path) -> None:
        given = floats or train_floats(recipe, context)
        context.start("train", "train the student")
        (folder / FLOAT_SECONDS).write_text(str(sum(one.seconds for one in given.values())))
        weights = {key: one.value for key, one in given.items()}
        catalog.load("training", recipe.student.framework).train(recipe, context.progress, weights).save(folder)

    # Before this student's lock: who wants the same one trains other float networks meanwhile.
    floats = {} if is_trained(recipe, context) else train_floats(recipe, context)
    folder = context.store.stage("train", material(recipe), build)
    return Staged(training.load(folder), folder, seconds(folder) + float((folder / FLOAT_SECONDS).read_text()))


def is_trained(recipe: Recipe, context: Context) -> bool:
    """Whether ``train`` would find its result in the store."""
    return context.store.has("train", material(recipe))


def rehearse(recipe: Recipe, context: Context) -> Staged[training.Rehearsal]:
    """The same judged by the validation split alone, for who chooses between recipes: no test score is computed."""

    def build(folder: Path) -> None:
        given = {key: one.value for key, one in train_floats(recipe, context).items()}
        context.start("rehearse", "train the student, to validate")
        catalog.load("training", recipe.student.framework).rehearse(recipe, context.progress, given).save(folder)

    folder = context.store.stage("rehearse", material(recipe), build)
    return Staged(training.Rehearsal.load(folder), folder, seconds(folder))


def material(recipe: Recipe) -> dict[str, object]:
    """All that determines the student."""
    return _shared_material(recipe) | {
        "recipe": recipe.training_slice,
        "files": [sha256(file.read_bytes()).hexdigest() for file in step_files(recipe.compression)],
    }


def _shared_material(recipe: Recipe) -> dict[str, object]:
    """What all training depends on besides the recipe."""
    return {
        "data": catalog.load("datasets", recipe.dataset).identity(),  # one name may stand for a part or all of the data
        "code": code_digest("training", "datasets", *(f"recipe{part}.py" for part in RECIPE_PARTS)),
    }
