"""A format's own executor against the network, activation by activation: equal integers, or a tie, or a mismatch.

An executor in float32 rounds on its way. Where the exact value lies so near a rounding boundary that float32 puts it on
the other side, the two differ by one step: a tie, which is shown and not counted as a mismatch. Everything else is one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import MismatchError, ToolError
from edgeflow.fixedpoint import Integers
from edgeflow.frontends._lowered import Lowered, Tap
from edgeflow.kernels.argmax import Argmax
from edgeflow.network.network import INPUT
from edgeflow.verify.verification import Difference

TIE = Fraction(1, 1 << 18)  # of the terms' magnitude: 64 roundings of float32

Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Agreement:
    """``outputs`` are the executor's, as the network's integers; where a tie decided, the network's own."""

    outputs: Integers
    ties: int  # frames in which float32 decided a tie
    shown: str = ""  # the first of them
    difference: Difference | None = None


def agreement(lowered: Lowered, frames: Integers, reference: Tensors, executor: str) -> Agreement:
    """Compare frames (samples, features). Raises ToolError if the executor did not give the output."""
    if lowered.output not in reference:
        raise ToolError(f"{executor}: gave no {lowered.output!r}")
    traced = lowered.network.trace(frames)
    values = {INPUT: frames} | {layer.name: y for layer, y in zip(lowered.network.layers, traced, strict=True)}
    end = Tap(lowered.output, lowered.network.layers[-1].name, lowered.exit)
    whole, shown = np.ones(len(frames), bool), ""  # frames in which no tie came before
    for tap in (*(tap for tap in lowered.taps if tap.tensor in reference), end):
        made = tap.exit.integers(
            tap.exit.dequantize(values[tap.layer])
        )  # what a clamp on the host hides, it hides here
        found = tap.exit.integers(reference[tap.tensor])
        for sample, channel in np.argwhere((made != found) & whole[:, None]).tolist():
            tie = _tie(tap, values, sample, channel) or _equal_greatest(
                lowered, values, tap, sample, int(found[sample, 0])
            )
            if tie is None:
                got, expected = float(made[sample, channel]), float(found[sample, channel])
                difference = Difference("Network", executor, tap.layer, sample, channel, expected, got)
                return Agreement(found, 0, "", difference)
            shown = shown or f"{tap.tensor!r}, sample {sample}, channel {channel}: {tie}"
            whole[sample] = False
    own = values[end.layer]
    given = lowered.exit.integers(reference[end.tensor])
    outputs = own if lowered.exit.clamped else np.where(whole[:, None], given, own)
    return Agreement(outputs, int((~whole).sum()), shown)


def checked(lowered: Lowered, frames: Integers, reference: Tensors, executor: str) -> Agreement:
    """The agreement, or MismatchError for a difference that no tie explains."""
    found = agreement(lowered, frames, reference, executor)
    if found.difference:
        raise MismatchError(f"verify: {found.difference}")
    return found


def within_ties(lowered: Lowered, frames: Integers, outputs: Integers, name: str) -> Integers:
    """A framework's outputs, with the network's own where they differ and some activation of the frame lies in a tie.

    Raises MismatchError for a difference without one.
    """
    own = lowered.network.run(frames)
    differs = np.flatnonzero((outputs != own).any(axis=1))
    for sample in differs.tolist():
        if not _ties_somewhere(lowered, frames[sample : sample + 1]):
            channel = int(np.flatnonzero(outputs[sample] != own[sample])[0])
            got, expected = float(own[sample, channel]), float(outputs[sample, channel])
            layer = lowered.network.layers[-1].name
            raise MismatchError(f"verify: {Difference('Network', name, layer, sample, channel, expected, got)}")
    agreed = outputs.copy()
    agreed[differs] = own[differs]
    return agreed


def _ties_somewhere(lowered: Lowered, frame: Integers) -> bool:
    traced = lowered.network.trace(frame)
    values = {INPUT: frame} | {layer.name: y for layer, y in zip(lowered.network.layers, traced, strict=True)}
    return any(
        _tie(tap, values, 0, channel) is not None for tap in lowered.taps for channel in tap.exit.at.ravel().tolist()
    )


def _equal_greatest(lowered: Lowered, values: dict[str, Integers], tap: Tap, sample: int, other: int) -> str | None:
    """Two classes of the same exact value, of which float32 saw the later one greater."""
    network = lowered.network
    index = next(i for i, layer in enumerate(network.layers) if layer.name == tap.layer)
    if not isinstance(network.layers[index].kernel, Argmax):
        return None
    scores = values[network.layers[network.sources[index][0]].name][sample]
    return f"classes of equal value {scores.max()}" if scores[other] == scores.max() else None


def _tie(tap: Tap, values: dict[str, Integers], sample: int, channel: int) -> str | None:
    """The exact value, if float32 may have put it on the other side of a rounding boundary."""
    if tap.origin is None:
        return None
    value, magnitude = tap.origin.of(int(values[tap.origin.layer][sample, channel]), channel)
    if tap.origin.distance(value) > TIE * max(magnitude, Fraction(1)):
        return None
    return f"{float(value):.9g} steps, exactly {value.numerator}/{value.denominator}"
