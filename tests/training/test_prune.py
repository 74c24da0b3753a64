"""Pruned weights are zero, exactly as many as asked for, and stay zero down to the integer network."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from edgeflow.errors import InputError
from edgeflow.recipe import FloatNetwork, Student, Training
from edgeflow.training import TrainedModel
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._surgery import chosen, site
from edgeflow.training.steps import distill, prune, quantize

pytestmark = pytest.mark.train
MakeLab = Callable[[str], Lab[Any]]

IMAGES = {"hidden": [{"filters": 8, "kernel": 3}, {"depthwise": 2}, {"pool": "max", "size": 2}, {"units": 6}]}
SHORT = Training(epochs=3, batch_size=16, learning_rate=0.01)


def start(lab: Lab[Any], **student: Any) -> Candidate:
    spec = Student.model_validate(lab.recipe.student.model_dump() | student)
    return lab.retrained(lab.fresh(spec), SHORT if student else None, "student")


def pruned(lab: Lab[Any], candidate: Candidate, **wanted: Any) -> tuple[Candidate, dict[str, Any]]:
    return prune.run(lab, candidate, prune.Section.model_validate(wanted))


def zeros(lab: Lab[Any], candidate: Candidate) -> dict[str, float]:
    """The share of each layer's weights that its masks keep at zero, where all quantized weights are."""
    kernels = lab.framework.kernels(lab.model(candidate))
    assert all((kernels[name][~mask] == 0).all() for name, mask in candidate.masks.items())
    return {name: float((~mask).mean()) for name, mask in candidate.masks.items()}


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_gradual_pruning_ends_at_its_sparsity_and_later_steps_keep_it(framework: str, small_lab: MakeLab) -> None:
    lab = small_lab(framework)
    made, _ = pruned(lab, start(lab), sparsity=0.75)
    assert zeros(lab, made) == pytest.approx({"dense_0": 0.75, "dense_1": 0.75}, abs=0.01)
    assert lab.validation(made) > 0.4
    assert lab.nonzero_weights(made) <= 0.25 * (64 * 12 + 12 * 10) + 1
    later, _ = distill.run(lab, made, distill.Section.model_validate({"start": "student"}))
    assert zeros(lab, later) == zeros(lab, made)
    assert (later.latent["dense_0/kernel"] != made.latent["dense_0/kernel"]).any()


def test_zeros_that_come_last_come_too(small_lab: MakeLab) -> None:
    """The share is reached in the last epoch, the only one to choose, though the worst; what an earlier step took out
    stays out."""
    lab = small_lab("brevitas")
    first, _ = pruned(lab, start(lab), sparsity=0.95, begin=0.0, end=1.0)
    assert zeros(lab, first) == pytest.approx({"dense_0": 0.95, "dense_1": 0.95}, abs=0.01)
    second, _ = pruned(lab, first, sparsity=0.3, schedule="rounds")
    assert all((first.masks[name] | ~mask).all() for name, mask in second.masks.items())
    with pytest.raises(InputError, match="dense_0 is pruned, and one-bit weights have no zero"):
        quantize.run(lab, first, quantize.Section(weight_bits=1))


def test_the_share_grows_on_a_cubic(small_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, seen = small_lab("brevitas"), list[float]()
    honest = prune.smallest_out

    def spy(latent: Any, masks: Any, names: Any, sparsity: float, scope: str) -> Any:
        seen.append(sparsity)
        return honest(latent, masks, names, sparsity, scope)

    monkeypatch.setattr(prune, "smallest_out", spy)
    pruned(lab, start(lab), sparsity=0.5, begin=0.0, end=0.6)  # of six epochs: the first four
    assert seen == pytest.approx([0.5 * (1 - (1 - way) ** 3) for way in (0.25, 0.5, 0.75, 1.0)])


def test_the_smallest_of_a_network_go_and_what_is_out_stays_out() -> None:
    latent = {"a/kernel": np.array([[0.1, -3.0]]), "b/kernel": np.array([[2.0, -0.2]]), "a/bias": np.zeros(2)}
    masks = prune.smallest_out(latent, {}, ["a", "b"], 0.5, "network")
    assert masks["a"].tolist() == [[False, True]] and masks["b"].tolist() == [[True, False]]
    grown = {"a/kernel": np.array([[9.0, 3.0]]), "b/kernel": np.array([[2.0, 0.2]])}
    assert prune.smallest_out(grown, masks, ["a", "b"], 0.25, "network")["a"].tolist() == [[False, True]]
    uneven = {"a/kernel": np.array([[0.1, 0.2]]), "b/kernel": np.array([[2.0, 0.3]])}
    each = prune.smallest_out(uneven, {}, ["a", "b"], 0.5, "layer")
    assert each["a"].tolist() == [[False, True]] and each["b"].tolist() == [[True, False]]
    assert not prune.smallest_out(uneven, {}, ["a", "b"], 0.5, "network")["a"].any()


def test_rewinding_goes_back_to_an_early_epoch(small_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, starts = small_lab("brevitas"), list[Candidate]()
    first = start(lab)
    early = lab.trained(lab.fresh(first.spec), "early", range(2), choose_from=1)
    honest = Lab.trained

    def spy(self: Lab[Any], candidate: Candidate, *args: Any, **named: Any) -> Candidate:
        starts.append(candidate)
        return honest(self, candidate, *args, **named)

    monkeypatch.setattr(Lab, "trained", spy)
    made, _ = pruned(lab, first, sparsity=0.6, schedule="rounds", rounds=2, rewind_epoch=2)
    assert len(starts) == 3, "to the early epoch, and two rounds"
    for one in starts[1:]:
        assert all((one.latent[key] == early.latent[key]).all() for key in early.latent)
    shares = [float((~one.masks["dense_0"]).mean()) for one in starts[1:]]
    assert shares == pytest.approx([1 - 0.4**0.5, 0.6], abs=0.01)
    assert zeros(lab, made)["dense_0"] == shares[1]


@pytest.mark.parametrize("framework", ["qkeras", "brevitas"])
def test_channels_go_and_the_next_layer_shrinks(framework: str, small_lab: MakeLab) -> None:
    lab = small_lab(framework)
    first = start(lab, **IMAGES)
    training = SHORT.model_dump()
    made, found = pruned(lab, first, sparsity=0.5, what="channels", schedule="rounds", training=training)
    assert found["channels"] == {"conv_0": 4, "dense_0": 3}
    assert {name: kernel.shape for name, kernel in lab.framework.kernels(lab.model(made)).items()} == {
        "conv_0": (3, 3, 1, 4),
        "depthwise_0": (2, 2, 4, 1),
        "dense_0": (16, 3),
        "dense_1": (3, 10),
    }
    assert lab.weight_bits(made.spec) < 0.5 * lab.weight_bits(first.spec)
    assert lab.validation(made) > 0.15
    section = prune.Section(sparsity=0.5, what="channels", schedule="rounds")
    assert prune.resized(section, first.spec, lab.task.shape, lab.task.classes) == made.spec, "known before"
    assert lab.model(made) is lab.model(made) is not lab.model(first), "built once, to be looked at"


def test_the_strongest_channels_stay(small_lab: MakeLab) -> None:
    """Neurons that nobody reads are the first to go, and without training nothing changes."""
    lab = small_lab("brevitas")
    first = start(lab)
    kernel = first.latent["dense_1/kernel"].copy()
    kernel[[1, 5]] = 0
    first = replace(first, latent=first.latent | {"dense_1/kernel": kernel})
    where = site(lab.layout(first.spec), "dense_0")
    keep = prune.strongest(first, where, 10)
    assert keep.tolist() == [0, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    x = lab.task.x_validation
    after, before = (lab.framework.logits(lab.model(c), x) for c in (chosen(first, where, keep), first))
    assert (after == before).all()


def test_zeros_reach_the_integer_network(small_lab: MakeLab) -> None:
    from edgeflow.frontends import brevitas as frontend

    lab = small_lab("brevitas")
    made, _ = pruned(lab, start(lab), sparsity=0.75, schedule="rounds")
    model = lab.model(made)
    trained = TrainedModel(
        "brevitas", "", {}, (8, 8, 1), 10, made.spec, FloatNetwork.model_validate({"hidden": [1]}), {},
        lab.framework.state(model), (), {}, lab.framework.qonnx(model),
    )  # fmt: skip
    lowered = frontend.lower(trained, "pruned")
    weights = [layer.kernel.weight for layer in lowered.network.layers if hasattr(layer.kernel, "weight")]
    for weight, mask in zip(weights, made.masks.values(), strict=True):
        assert (weight[~mask] == 0).all() and (weight[mask] != 0).any()
    x = lab.task.x_validation
    y = lowered.real(lowered.network.run(lowered.entry.quantize(x)))
    assert (y == lab.framework.logits(model, x)).all()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"sparsity": 0.5, "rewind_epoch": 3}, "rewind_epoch needs schedule: rounds"),
        ({"sparsity": 0.5, "what": "channels"}, "channels go in rounds"),
        ({"sparsity": 0.5, "begin": 0.5, "end": 0.2}, "is before begin"),
    ],
)
def test_what_does_not_go_together_is_said(wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        prune.Section.model_validate(wanted)
