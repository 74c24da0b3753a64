"""Post-training quantization: a float network of the student's shape is trained, quantized on the training data, and
the student begins there; then training goes on from it, or not at all.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from edgeflow.errors import InputError
from edgeflow.recipe import Student, Training
from edgeflow.recipe_layout import Shape
from edgeflow.recipe_steps import StepSection
from edgeflow.training._floats import alone
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._start import start, twin


class Section(StepSection):
    float_training: Training | None = None  # of the float network; the recipe's unless told
    retrain: bool = True  # false: the student stays as quantized
    training: Training | None = None  # of the student from there; the recipe's unless told


def problems(section: Section, shape: Shape, student: Student | None) -> Iterator[tuple[tuple[str, ...], str]]:
    try:
        if student:
            twin(student)
    except InputError as error:
        yield (), str(error)


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    task, spec = lab.task, candidate.spec
    schedule = {"training": section.float_training or lab.recipe.training}
    twin_spec = twin(spec).model_copy(update=schedule)
    network = lab.float_network(alone(twin_spec, "float student", lab.recipe.seed))
    model = lab.latent_model(lab.fresh(spec))
    start(lab.framework, network, model, spec, task.shape, task.classes, task.examples.x)
    quantized = replace(candidate, latent=lab.framework.latent(model), masks={})
    found = {"float": lab.validation_of([network]), "quantized": lab.validation(quantized)}
    if not section.retrain:
        return quantized, found
    return lab.retrained(quantized, section.training, "student from its float network"), found
