"""Narrower layers that compute the same: neurons that nobody reads, or that are always zero, go.

Afterwards nothing is trained, as nothing has changed. To take out neurons that matter little, use ``prune: {what:
channels}``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.recipe_layers import Activated
from edgeflow.recipe_steps import StepSection
from edgeflow.training._framework import Model
from edgeflow.training._lab import Candidate, Lab
from edgeflow.training._surgery import Site, chosen, rows_by_channel, site, sites


class Section(StepSection):
    pass


def run(lab: Lab[Model], candidate: Candidate, section: Section) -> tuple[Candidate, dict[str, Any]]:
    if candidate.spec.scale == "float" and not candidate.spec.per_channel:
        raise InputError("narrow: the layer's one float scale may hang on a neuron that goes; use per_channel: true")
    removed: dict[str, int] = {}
    names = [where.name for where in sites(lab.layout(candidate.spec))]
    for name in reversed(names):  # who is not read any more leaves its own inputs unread
        where = site(lab.layout(candidate.spec), name)
        keep = needed(lab, candidate, where)
        removed[name] = where.channels - len(keep)
        candidate = chosen(candidate, where, keep) if removed[name] else candidate
    return candidate, {"removed": {name: count for name, count in removed.items() if count}}


def needed(lab: Lab[Model], candidate: Candidate, where: Site) -> NDArray[np.int64]:
    """The channels that something depends on; one at least."""
    kernels = lab.framework.kernels(lab.model(candidate))
    read = rows_by_channel(kernels[where.reader.name], where.channels).any(axis=(0, 2))
    live = read & ~_always_zero(candidate, kernels[where.name], where)
    return np.flatnonzero(live) if live.any() else np.array([0])


def _always_zero(candidate: Candidate, kernel: NDArray[Any], where: Site) -> NDArray[np.bool_]:
    """No weight is left and the bias is not above zero, in front of a ReLU."""
    layer, bias = where.layer.layer, candidate.latent.get(f"{where.name}/bias")
    rectified = isinstance(layer, Activated) and layer.activation == "relu"
    if bias is None or where.layer.norm or where.along or not rectified:
        return np.zeros(where.channels, bool)
    return np.logical_and(~kernel.reshape(-1, where.channels).any(axis=0), bias <= 0)
