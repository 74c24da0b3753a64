"""A scaling law of error against size: ``error = floor + a * bits**-alpha * macs**-beta``, with its confidence.

Of each size the least error counts, for the sweep's other keys only add to it. Intervals hold 95 % of fits to
resampled sizes (bootstrap); outside the sizes that were tried they are an extrapolation, and say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import InputError
from edgeflow.sweep.result import Result

Array = NDArray[np.float64]
DRAWS = 400
FLOORS = 16  # tried, from none to almost the least error
LEAST_SIZES = 6
SMALLEST_ERROR = 1e-4  # if the trial did not say how many samples it was measured on


@dataclass(frozen=True)
class Size:
    bits: float
    macs: float
    error: float


@dataclass(frozen=True, eq=False)
class Law:
    """The fit to the sizes as they are, and fits to resampled ones."""

    sizes: tuple[Size, ...]
    terms: tuple[str, ...]  # which of bits and macs differ enough to tell
    fits: Array  # (1 + draws, 2 + terms): floor, log a, -exponents; the first is the fit itself
    spread: float  # standard deviation of log error around the fit

    def errors(self, bits: float, macs: float) -> Array:
        """What each fit expects at this size."""
        logs = {"bits": np.log(bits), "macs": np.log(macs)}
        power = self.fits[:, 1] + self.fits[:, 2:] @ np.array([logs[term] for term in self.terms])
        return np.asarray(self.fits[:, 0] + np.exp(power))

    @property
    def floor(self) -> tuple[float, float, float]:
        """The error that no size of this kind would get below, and its interval."""
        return _interval(self.fits[:, 0])

    def exponent(self, term: str) -> tuple[float, float, float]:
        """How fast error falls with it: the fit, and its interval."""
        return _interval(-self.fits[:, 2 + self.terms.index(term)])

    def expected(self, bits: float, macs: float) -> tuple[float, float, float]:
        return _interval(self.errors(bits, macs))


def sizes_of(results: Sequence[Result]) -> tuple[Size, ...]:
    """The least error of each size that was tried; an error of 0 in n samples counts as half a sample."""
    least: dict[tuple[float, float], float] = {}
    for result in results:
        if not result.failure and {"accuracy", "weight_bits", "macs"} <= result.figures.keys():
            figures = result.figures
            samples = figures.get("validation_samples", 0)
            smallest = 0.5 / samples if samples else SMALLEST_ERROR
            key = figures["weight_bits"], figures["macs"]
            least[key] = min(least.get(key, 1.0), max(1 - figures["accuracy"], smallest))
    return tuple(Size(bits, macs, error) for (bits, macs), error in sorted(least.items()))


def fit(results: Sequence[Result], seed: int) -> Law:
    """Raises InputError if too few sizes were tried."""
    sizes = sizes_of(results)
    if len(sizes) < LEAST_SIZES:
        raise InputError(f"no scaling law: {len(sizes)} sizes were tried, it takes {LEAST_SIZES}")
    logs = {term: np.log([getattr(size, term) for size in sizes]) for term in ("bits", "macs")}
    terms = _telling(logs)
    if not terms:
        raise InputError("no scaling law: all sizes are about the same")
    error = np.array([size.error for size in sizes])
    x = np.column_stack([np.ones(len(sizes)), *(logs[term] for term in terms)])
    draws = np.random.default_rng(seed).multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), DRAWS)
    weights = np.vstack([np.ones(len(sizes)), draws]).astype(np.float64)  # (1 + draws, sizes)
    fits = _fits(x, error, weights)
    off = np.log(error) - np.log(fits[0, 0] + np.exp(x @ fits[0, 1:]))
    return Law(sizes, terms, fits, float(np.sqrt((off**2).sum() / max(1, len(sizes) - fits.shape[1]))))


def _fits(x: Array, error: Array, weights: Array) -> Array:
    """For each row of weights the floor, and the weighted least squares in log error above it, that fit best."""
    best, found = np.full(len(weights), np.inf), np.zeros((len(weights), 1 + x.shape[1]))
    ridge = 1e-9 * len(x) * np.eye(x.shape[1])  # resampled sizes may all be one
    for floor in np.linspace(0, 0.95 * error.min(), FLOORS):
        y = np.log(error - floor)
        normal = np.einsum("dn,ni,nj->dij", weights, x, x) + ridge
        solved = np.linalg.solve(normal, np.einsum("dn,ni,n->di", weights, x, y)[..., None])[..., 0]
        off = np.log(floor + np.exp(solved @ x.T)) - np.log(error)
        loss = (weights * off**2).sum(axis=1)
        better = loss < best
        best[better] = loss[better]
        found[better] = np.column_stack([np.full(better.sum(), floor), solved[better]])
    return found


def _telling(logs: dict[str, Array]) -> tuple[str, ...]:
    """The terms that vary by a tenth or more; of two that vary together only the first can be told."""
    vary = [term for term, values in logs.items() if np.ptp(values) > 0.1]
    if len(vary) == 2 and abs(np.corrcoef(logs["bits"], logs["macs"])[0, 1]) > 0.98:
        return ("bits",)
    return tuple(vary)


def _interval(draws: Array) -> tuple[float, float, float]:
    low, high = np.quantile(draws[1:], (0.025, 0.975))
    return float(draws[0]), float(low), float(high)
