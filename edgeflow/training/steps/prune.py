"""Pruning: single weights, which unrolled hardware turns into fewer adders, or whole channels, which all hardware turns
into fewer cycles and a smaller network.

gradual   the zeros grow along the training, on a cubic (Zhu, Gupta 2017)
rounds    prune, train, again; with ``rewind_epoch`` each round starts from that epoch's weights
          (Frankle et al. 2020)

A pruned weight stays zero in whatever comes behind.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from edgeflow.recipe import Student, Training
from edgeflow.recipe_layers import Weighted
from edgeflow.recipe_layout import Shape, weighted
from edgeflow.recipe_steps import StepSection
from edgeflow.training._fit import Masks
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab, kernels_of
from edgeflow.training._surgery import Site, chosen, rows_by_channel, site, sites, with_channels
from edgeflow.training._trained import State

LABEL = "pruned student"
Fraction = Annotated[float, Field(ge=0, le=1)]


class Section(StepSection):
    sparsity: Annotated[float, Field(gt=0, lt=1)]  # share of weights, or of channels, that goes
    what: Literal["weights", "channels"] = "weights"
    scope: Literal["layer", "network"] = "layer"  # of weights: the share of every layer, or of all together
    schedule: Literal["gradual", "rounds"] = "gradual"
    begin: Fraction = 0.1  # gradual: of the training, when the first weights go
    end: Fraction = 0.6  # gradual: when the last ones go
    rounds: Annotated[int, Field(ge=1, le=20)] = 1
    rewind_epoch: Annotated[int, Field(ge=1)] | None = None
    training: Training | None = None  # of the pruned student, each round; the recipe's unless told

    @model_validator(mode="after")
    def _fits(self) -> "Section":
        if self.schedule == "gradual" and self.rewind_epoch:
            raise ValueError("rewind_epoch needs schedule: rounds")
        if self.schedule == "gradual" and self.what == "channels":
            raise ValueError("channels go in rounds, as the network changes; use schedule: rounds")
        if self.end < self.begin:
            raise ValueError(f"end = {self.end} is before begin = {self.begin}")
        return self


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    candidate = lab.scheduled(candidate, section.training)
    if section.schedule == "gradual":
        return gradually(lab, candidate, section), {}
    return in_rounds(lab, candidate, section)


def gradually(lab: Lab[Model], candidate: Candidate, section: Section) -> Candidate:
    epochs, names = candidate.task.schedule.epochs, prunable(lab, candidate)
    first, last = (int(share * (epochs - 1)) for share in (section.begin, section.end))

    def remask(epoch: int, latent: State) -> Masks:
        if epoch > last:
            return {}
        way = min(1.0, max(0.0, (epoch - first + 1) / (last - first + 1)))
        return smallest_out(latent, candidate.masks, names, section.sparsity * (1 - (1 - way) ** 3), section.scope)

    return lab.trained(candidate, LABEL, remask=remask, choose_from=last)


def in_rounds(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    """Each round takes the same share of what is left."""
    epochs, rewind = candidate.task.schedule.epochs, section.rewind_epoch
    early, left = candidate, (1 - section.sparsity) ** (1 / section.rounds)
    if rewind:
        fresh = replace(candidate, latent=lab.fresh(candidate.spec).latent)
        until = range(min(rewind, epochs))
        early = lab.trained(fresh, f"{LABEL}, until epoch {rewind}", until, choose_from=until[-1])
    for i in range(section.rounds):
        candidate, early = smaller(lab, candidate, early, section, left, left ** (i + 1))
        start = replace(early, masks=candidate.masks) if rewind else candidate
        span = range(min(rewind or 0, epochs - 1), epochs)
        candidate = lab.trained(start, f"{LABEL}, round {i + 1} of {section.rounds}", span)
    hidden = {where.name: where.channels for where in sites(lab.layout(candidate.spec))}
    return candidate, {"channels": hidden} if section.what == "channels" else {}


def smaller(
    lab: Lab[Model], candidate: Candidate, early: Candidate, section: Section, keep: float, kept: float
) -> tuple[Candidate, Candidate]:
    """A round's cut, the same on the weights to go back to; ``kept`` is the share of the start that is left then."""
    if section.what == "weights":
        names = prunable(lab, candidate)
        masks = smallest_out(candidate.latent, candidate.masks, names, 1 - kept, section.scope)
        return replace(candidate, masks=candidate.masks | masks), early
    for name in [where.name for where in sites(lab.layout(candidate.spec))]:
        where = site(lab.layout(candidate.spec), name)
        channels = strongest(candidate, where, left_of(where.channels, keep))
        candidate, early = chosen(candidate, where, channels), chosen(early, where, channels)
    return candidate, early


def resized(section: Section, student: Student, shape: Shape, classes: int) -> Student:
    """The student with as many channels as will be left."""
    keep = (1 - section.sparsity) ** (1 / section.rounds)
    for _ in range(section.rounds if section.what == "channels" else 0):
        for where in sites(student.layout(shape, classes)):
            student = with_channels(student, where, left_of(where.channels, keep))
    return student


def left_of(channels: int, keep: float) -> int:
    return max(1, round(keep * channels))


def prunable(lab: Lab[Model], candidate: Candidate) -> list[str]:
    """The layers whose weights can be zero."""
    layout = weighted(lab.layout(candidate.spec))
    return [one.name for one in layout if isinstance(one.layer, Weighted) and one.layer.weight_bits > 1]


def smallest_out(latent: State, masks: Masks, names: Sequence[str], sparsity: float, scope: str) -> Masks:
    """Masks without the smallest magnitudes; what is out stays out."""
    kernels = {name: np.abs(kernel) for name, kernel in kernels_of(latent).items() if name in names}
    sizes = {name: np.where(masks.get(name, True), size, -1.0) for name, size in kernels.items()}
    groups = [list(names)] if scope == "network" else [[name] for name in names]
    return {name: mask for group in groups for name, mask in _largest(sizes, group, sparsity).items()}


def _largest(sizes: dict[str, NDArray[Any]], group: list[str], sparsity: float) -> Masks:
    together = np.concatenate([sizes[name].ravel() for name in group])
    keep = np.ones(together.size, bool)
    keep[np.argsort(together, kind="stable")[: round(sparsity * together.size)]] = False
    keep &= together >= 0
    ends = np.cumsum([sizes[name].size for name in group])[:-1]
    return {name: part.reshape(sizes[name].shape) for name, part in zip(group, np.split(keep, ends), strict=True)}


def strongest(candidate: Candidate, where: Site, count: int) -> NDArray[np.int64]:
    """The channels with the largest product of what they take and what is taken of them, in order."""
    kernels = kernels_of(candidate.latent)
    taken = np.sqrt((kernels[where.name].reshape(-1, where.channels) ** 2).sum(axis=0))
    read = np.sqrt((rows_by_channel(kernels[where.reader.name], where.channels) ** 2).sum(axis=(0, 2)))
    return np.sort(np.argsort(-taken * read, kind="stable")[:count])
