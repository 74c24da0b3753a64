"""Other bit widths: the same for all layers, lowered in stages, searched for each layer within a budget, or learned.

``learned`` trains each layer's weight bits along with the weights, pressed towards a budget, then the student at the
whole numbers that they round to. ``search`` measures how much each layer loses alone at each width, takes the plan of
least loss that the budget pays, and trains it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from edgeflow.datasets._data import Classes
from edgeflow.errors import InputError
from edgeflow.recipe import Student, Training
from edgeflow.recipe_frameworks import LACKS
from edgeflow.recipe_layers import BiasBits, Bits
from edgeflow.recipe_layers import Section as Part
from edgeflow.recipe_layout import Shape
from edgeflow.recipe_steps import StepSection
from edgeflow.training._allocate import Option, best_plan
from edgeflow.training._charges import CHARGES
from edgeflow.training._fit import Logits
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._learned import learned
from edgeflow.training._widths import Widths, widths_of, with_widths


class Search(Part):
    budget: Annotated[int, Field(ge=1)]  # in units of what is charged
    charge: Literal["weight_bits", "adder_bits", "bit_operations"] = "weight_bits"  # training/_charges.py
    widths: list[Bits] = Field(default=[2, 3, 4, 5, 6], min_length=1, max_length=16)  # of weights
    probe: Training | None = None  # trains each layer's trial at each width; without it they are judged untrained


class Learned(Part):
    budget: Annotated[int, Field(ge=1)]  # weight bits, biases included
    price: Annotated[float, Field(gt=0, le=1000)] = 1.0  # of bits above the budget, as a share of it, in the loss
    training: Training | None = None  # of the widths; the step's own is for the whole ones behind it


class Section(StepSection):
    weight_bits: Bits | None = None  # None: as they are
    bias_bits: BiasBits | None = None
    activation_bits: Bits | None = None
    stages: Annotated[int, Field(ge=1, le=16)] = 1  # each a whole training, at widths that go down evenly
    search: Search | None = None
    learned: Learned | None = None
    training: Training | None = None  # of every stage; the recipe's unless told

    @model_validator(mode="after")
    def _fits(self) -> "Section":
        finders = [name for name in ("search", "learned") if getattr(self, name)]
        if len(finders) > 1:
            raise ValueError("search and learned both find the weight_bits; leave one of them out")
        if finders and (self.weight_bits or self.stages > 1):
            raise ValueError(f"{finders[0]} finds the weight_bits itself, and has no stages")
        if not finders and not (self.weight_bits or self.bias_bits or self.activation_bits):
            raise ValueError("needs weight_bits, bias_bits, activation_bits, search or learned")
        return self


def problems(section: Section, shape: Shape, student: Student | None) -> Iterator[tuple[tuple[str, ...], str]]:
    framework = student.framework if student else ""
    refused = LACKS.get(framework, {}).get("weight_bits", ())
    named: dict[tuple[str, ...], int | None] = {("weight_bits",): section.weight_bits}
    if section.search:
        named |= {("search", "widths", str(i)): width for i, width in enumerate(section.search.widths)}
    for key, width in named.items():
        if width in refused:
            yield key, f"{framework} has no weight_bits: {width}; use framework: brevitas"
    if section.learned and framework == "qkeras":
        yield ("learned",), "qkeras has no widths that training moves; use framework: brevitas, or search"


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    uniform = {key: bits for key in KEYS if (bits := getattr(section, key)) is not None}
    now = widths_of(lab.layout(candidate.spec))
    target = {name: {key: uniform.get(key, bits) for key, bits in layer.items()} for name, layer in now.items()}
    if section.search:
        return _searched(lab, narrowed(lab, candidate, target), section.search, section.training)
    if section.learned:
        return _learned(lab, narrowed(lab, candidate, target), section.learned, section.training)
    return _staged(lab, candidate, now, target, section)


PLANS = 3  # trained at most
KEYS = ("weight_bits", "bias_bits", "activation_bits")


def narrowed(lab: Lab[Model], candidate: Candidate, widths: Widths) -> Candidate:
    """The candidate at other widths, untrained: the same floats on other grids. Raises InputError."""
    for name, mask in candidate.masks.items():
        if widths.get(name, {}).get("weight_bits") == 1 and not mask.all():
            raise InputError(f"quantize: {name} is pruned, and one-bit weights have no zero; give it two bits")
    return replace(candidate, spec=with_widths(candidate.spec, lab.layout(candidate.spec), widths))


def _staged(
    lab: Lab[Model], candidate: Candidate, now: Widths, target: Widths, section: Section
) -> tuple[Candidate, dict[str, Any]]:
    stages = []
    for stage in range(1, section.stages + 1):
        widths = _between(now, target, stage / section.stages)
        label = f"student, widths {stage} of {section.stages}"
        candidate = lab.retrained(narrowed(lab, candidate, widths), section.training, label)
        stages.append({"widths": widths, "validation": lab.validation(candidate)})
    return candidate, {"stages": stages}


def _between(now: Widths, target: Widths, way: float) -> dict[str, dict[str, int]]:
    return {
        name: {key: round(bits + way * (target[name][key] - bits)) for key, bits in layer.items()}
        for name, layer in now.items()
    }


def _searched(
    lab: Lab[Model], candidate: Candidate, search: Search, training: Training | None
) -> tuple[Candidate, dict[str, Any]]:
    """Adders depend on the weights that training finds, so a plan that ends above the budget is made anew with less."""
    options, budget = sensitivities(lab, candidate, search), search.budget
    for _ in range(PLANS):
        plan = best_plan(options, budget)
        if plan is None:
            least = sum(min(option.cost for option in layer) for layer in options.values())
            raise InputError(f"quantize: a budget of {search.budget} {search.charge}; the least is {least}")
        widths = {name: {"weight_bits": width} for name, width in plan.items()}
        made = lab.retrained(narrowed(lab, candidate, widths), training, "student, mixed widths")
        charged = sum(_charge(lab, made, search.charge).values())
        if charged <= search.budget:
            break
        budget = budget * search.budget // charged
    table = {name: [option._asdict() for option in layer] for name, layer in options.items()}
    return made, {"widths": plan, search.charge: charged, "options": table}


def _learned(
    lab: Lab[Model], candidate: Candidate, wanted: Learned, training: Training | None
) -> tuple[Candidate, dict[str, Any]]:
    made, widths, found = learned(lab, candidate, wanted.budget, wanted.price, wanted.training)
    made = narrowed(lab, made, {name: {"weight_bits": width} for name, width in widths.items()})
    return lab.retrained(made, training, "student, learned widths"), found


def sensitivities(lab: Lab[Model], candidate: Candidate, search: Search) -> dict[str, list[Option]]:
    """For each layer and width: its cost, and the cross-entropy on validation if this layer alone has that width."""
    layers = [name for name, bits in widths_of(lab.layout(candidate.spec)).items() if "weight_bits" in bits]
    return {
        name: [_option(lab, candidate, search, name, width) for width in sorted({*search.widths})] for name in layers
    }


def _option(lab: Lab[Model], candidate: Candidate, search: Search, name: str, width: int) -> Option:
    made = narrowed(lab, candidate, {name: {"weight_bits": width}})
    if search.probe:
        made = lab.retrained(made, search.probe, f"{name} at {width} bits")
    logits = lab.framework.logits(lab.model(made), lab.task.x_validation)
    return Option(width, _charge(lab, made, search.charge)[name], cross_entropy(logits, lab.task.y_validation))


def _charge(lab: Lab[Model], candidate: Candidate, name: str) -> dict[str, int]:
    kernels = lab.framework.kernels(lab.model(candidate))
    return CHARGES[name](lab.layout(candidate.spec), candidate.spec, kernels)


def cross_entropy(logits: Logits, y: Classes) -> float:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]).mean())
