"""Wider layers that compute the same (net2net: Chen, Goodfellow, Shlens 2016), then trained.

A doubled neuron computes what its original does. Each weight of the next layer that read the original goes to one of
its copies and the others get zero, so no weight leaves its grid, scales stay, and the copies grow apart in training.
Halving weights, as for floats, would not be exact at few bits.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from edgeflow.errors import InputError
from edgeflow.recipe import Student, Training
from edgeflow.recipe_layers import Count, Weighted
from edgeflow.recipe_layout import Shape
from edgeflow.recipe_steps import StepSection
from edgeflow.training._floats import seed_of
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._surgery import chosen, rows_by_channel, site, with_channels


class Section(StepSection):
    layers: dict[str, Count]  # by name: how many units or filters it shall have
    training: Training | None = None  # afterwards; the recipe's unless told


def resized(section: Section, student: Student, shape: Shape, classes: int) -> Student:
    for name, channels in section.layers.items():
        student = with_channels(student, site(student.layout(shape, classes), name), channels)
    return student


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    made = candidate
    random = np.random.default_rng(seed_of(lab.recipe.seed, "widen", 0))
    for name, channels in section.layers.items():
        made = widened(lab, made, name, channels, random)
    return lab.retrained(made, section.training, "widened student"), {"untrained": lab.validation(made)}


def widened(lab: Lab[Model], candidate: Candidate, name: str, channels: int, random: np.random.Generator) -> Candidate:
    """Computes the same as the candidate, integer for integer. Raises InputError."""
    where = site(lab.layout(candidate.spec), name)
    missing = channels - where.channels
    if missing < 0:
        raise InputError(f"widen: {name} has {where.channels} channels, more than {channels}; prune it instead")
    reader = where.reader
    assert isinstance(reader.layer, Weighted)
    if reader.layer.weight_bits == 1:
        raise InputError(f"widen: {reader.name}, which reads {name}, has one-bit weights, and none of them is zero")
    if getattr(where.layer.layer, "weight_bits", 0) == 1 and candidate.spec.scale == "float":
        raise InputError(f"widen: the float scale of {name}'s one-bit weights is their mean, which copies would move")
    sources = np.concatenate([np.arange(where.channels), random.integers(where.channels, size=missing)])
    made = chosen(candidate, where, sources)
    kernel = made.latent[f"{reader.name}/kernel"]
    rows = rows_by_channel(kernel, channels)
    shared = np.where(_owners(sources, rows.shape, random), rows, np.float32(0)).reshape(kernel.shape)
    return replace(made, latent=made.latent | {f"{reader.name}/kernel": shared})


def _owners(sources: np.ndarray, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Where (positions, channels, outputs) a weight stays: with one copy of each source."""
    draws = random.random(shape)
    best = np.zeros((shape[0], sources.max() + 1, shape[2]))
    for channel, source in enumerate(sources):
        best[:, source] = np.maximum(best[:, source], draws[:, channel])
    return draws == best[:, sources]
