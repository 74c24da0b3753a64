"""Post-training quantization as a step: the student begins at a float network, and may stay there."""

from collections.abc import Callable
from typing import Any

import pytest

from edgeflow.recipe import Student
from edgeflow.training._lab import Lab
from edgeflow.training.steps import post_training

pytestmark = pytest.mark.train
FLOAT = {"float_training": {"epochs": 12, "batch_size": 16, "learning_rate": 0.01}}


def stepped(lab: Lab[Any], **wanted: Any) -> tuple[float, dict[str, Any]]:
    section = post_training.Section.model_validate(FLOAT | wanted)
    made, found = post_training.run(lab, lab.fresh(lab.recipe.student), section)
    return lab.validation(made), found


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_without_training_the_student_is_the_quantized_float_network(
    framework: str, small_lab: Callable[[str], Lab[Any]]
) -> None:
    lab = small_lab(framework)
    score, found = stepped(lab, retrain=False)
    assert score == found["quantized"]
    assert found["float"] > 0.7  # a tenth is chance
    assert score > found["float"] - 0.1


def test_training_goes_on_from_there(small_lab: Callable[[str], Lab[Any]]) -> None:
    lab = small_lab("qkeras")
    score, found = stepped(lab, training={"epochs": 1, "batch_size": 16, "learning_rate": 0.001})
    scratch = lab.trained(lab.fresh(lab.recipe.student), "one epoch", range(1))
    assert score > found["quantized"] - 0.05
    assert score > lab.validation(scratch) + 0.2


def test_an_activation_that_no_float_network_has_is_a_mistake_of_the_recipe() -> None:
    student = Student.model_validate({"framework": "brevitas", "hidden": [{"units": 4, "activation": "bipolar"}]})
    ((_, message),) = post_training.problems(post_training.Section(), (64,), student)
    assert "bipolar" in message
