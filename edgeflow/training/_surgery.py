"""Neurons and channels taken out of a student, or doubled: its spec, latent arrays and masks change together.

A ``Site`` is a layer whose outputs only one other layer with weights reads, so their number is free. Channels of a sum
are not: both its sides would have to change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError, did_you_mean
from edgeflow.recipe import Student
from edgeflow.recipe_layers import Conv, Dense, Depthwise, GlobalPool, Pool, Weighted
from edgeflow.recipe_layout import Placed
from edgeflow.training._lab import Candidate
from edgeflow.training._trained import State

Place = tuple[int, ...]  # an index into ``hidden``, and one into the branch if it is in a residual block
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Site:
    place: Place
    layer: Placed
    along: tuple[Placed, ...]  # depthwise layers behind it, which keep its channels apart
    reader: Placed  # the layer that reads them

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def channels(self) -> int:
        return self.layer.channels


def sites(layout: Sequence[Placed], above: Place = ()) -> Iterator[Site]:
    """All of them, in order."""
    for i, placed in enumerate(layout):
        if placed.branch:
            yield from sites(placed.branch, (*above, i))
        elif isinstance(placed.layer, (Conv, Dense)) and (found := _reader(layout[i + 1 :])):
            yield Site((*above, i), placed, *found)


def site(layout: Sequence[Placed], name: str) -> Site:
    """Raises InputError for a layer that is none."""
    known = {one.name: one for one in sites(layout)}
    if name not in known:
        near = did_you_mean(name, known)
        raise InputError(f'layer "{name}" has no free channels{near}; these have: {", ".join(known) or "none"}')
    return known[name]


def chosen(candidate: Candidate, where: Site, channels: Indices) -> Candidate:
    """The candidate with these channels of the site, in this order. One that stands there twice is read twice."""
    latent = _chosen(candidate.latent, where, channels)
    masks = _chosen({f"{name}/kernel": mask for name, mask in candidate.masks.items()}, where, channels)
    return replace(
        candidate,
        spec=with_channels(candidate.spec, where, len(channels)),
        latent=latent,
        masks={key.removesuffix("/kernel"): mask for key, mask in masks.items()},
    )


def rows_by_channel(kernel: NDArray[Any], channels: int) -> NDArray[Any]:
    """What the reader's kernel takes of each, as a view (positions, channels, outputs)."""
    return kernel.reshape(-1, channels, kernel.shape[-1])


def with_layers(spec: Student, layers: Sequence[Any]) -> Student:
    return spec.model_copy(update={"hidden": list(layers)})


def _reader(behind: Sequence[Placed]) -> tuple[tuple[Placed, ...], Placed] | None:
    along: list[Placed] = []
    for placed in behind:
        match placed.layer:
            case Depthwise():
                along.append(placed)
            case Pool() | GlobalPool():
                pass
            case _ if placed.branch:
                return None
            case Weighted():
                return tuple(along), placed
    return None


def _chosen(arrays: State, where: Site, channels: Indices) -> State:
    """Arrays by ``layer/part``."""
    owners = {one.name for one in (where.layer, *where.along)} | {one.norm for one in (where.layer, *where.along)}
    return {key: _part(key, array, owners, where, channels) for key, array in arrays.items()}


def _part(key: str, array: NDArray[Any], owners: set[str | None], where: Site, channels: Indices) -> NDArray[Any]:
    name, part = key.split("/")
    if name == where.reader.name and part == "kernel":
        taken = rows_by_channel(array, where.channels)[:, channels]
        return taken.reshape(*array.shape[:-2], -1, array.shape[-1])
    if name not in owners or array.shape == ():
        return array
    return array[..., channels, :] if part == "kernel" and name != where.name else array[..., channels]


def with_channels(spec: Student, where: Site, channels: int) -> Student:
    """The spec with another number of channels at the site."""
    key = "filters" if isinstance(where.layer.layer, Conv) else "units"

    def changed(layers: Sequence[Any], place: Place) -> list[Any]:
        at, *below = place
        layer = layers[at]
        update = {"residual": changed(layer.residual, tuple(below))} if below else {key: channels}
        return [*layers[:at], layer.model_copy(update=update), *layers[at + 1 :]]

    return with_layers(spec, changed(spec.hidden, where.place))
