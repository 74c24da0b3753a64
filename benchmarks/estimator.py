"""How far the estimate lies from what designs took: each kind of architecture predicted from the others alone.

    python benchmarks/estimator.py        make bench-estimator

The shipped corpus is all it reads; none of its designs is synthesized. All are sketched again, as edgeflow estimate
--fast does, and judged by constants from the others as they were generated. Intervals are judged the same way: their
width comes from rows that share no architecture with the row judged. Beside the estimate stand straight lines through
other predictors of cost, on the same rows. Results: benchmarks/results/estimator.json, and a table for the README.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from sketches import RELATIVE, Sketches, away, sketches

from edgeflow.boards import _board
from edgeflow.calibrate.designs import drawn
from edgeflow.estimate import constants, corpus
from edgeflow.estimate import fit as fitting
from edgeflow.estimate.analytic import COMPOSED, estimate, of_terms, widened
from edgeflow.estimate.corpus import Row
from edgeflow.families import _family

RESULT = Path(__file__).parent / "results" / "estimator.json"
OTHERS = {"ebops": "EBOPs", "da4ml": "da4ml's cost", "macs": "MACs"}
TIMED = (0, 1, 2, 6)  # a network of dense layers, an image's, a series', pools
SKETCHED = "sketched "  # before the names of their errors
TARGETS = {
    "luts median": "5 %",
    "luts p90": "15 %",
    "ffs median": "3 %",
    "fmax_mhz median": "10 %",
    "brams exact": "95 %",
    "dsps exact": "95 %",
    "covered": "85-95 %",
    "ms": "50",
}


def main() -> None:
    rows = corpus.load()
    found = {family: fitting.usable(rows, family) for family in sorted({row.family for row in rows})}
    found = {family: own for family, own in found.items() if len(own) >= fitting.LEAST_ROWS}
    told = {family: sketches(own) for family, own in found.items()}
    families = {family: judged(own, told[family].rows) for family, own in found.items()}
    result = {
        "rows": {"measured": sum(not row.failure for row in rows), "all": len(rows)},
        "families": families,
        "ms": {"from terms": milliseconds(rows), "from a design": design_milliseconds()},
        "sketches": {family: of_sketches(own, told[family]) for family, own in found.items()},
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print("\n".join(table(families)))
    measured, ms = result["rows"]["measured"], result["ms"]["from a design"]
    print(f"{measured} designs; {ms:.1f} ms of CPU an estimate of a generated design; sketches:")
    print(json.dumps(result["sketches"], indent=1))


def judged(rows: Sequence[Row], told: Sequence[Row]) -> dict[str, float]:
    """Errors of rows predicted without their architecture, the same of sketches (``told``), and of other lines."""
    found: dict[str, float] = {"designs": len(rows), "routed": sum("fmax_mhz" in row.found for row in rows)}
    sketched = errors(rows, fitting.left_out(rows, told), COMPOSED)
    found |= errors(rows, fitting.left_out(rows)) | {f"{SKETCHED}{name}": error for name, error in sketched.items()}
    return found | {f"{name} median": line_error(rows, name) for name in OTHERS}


def errors(
    rows: Sequence[Row], said: Sequence[dict[str, float]], wider: Mapping[str, float] = MappingProxyType({})
) -> dict[str, float]:
    """How far what is said of rows lies from what was found, and how many of the intervals hold, made so much wider."""
    found: dict[str, float] = {}
    for figure in RELATIVE:
        there = [(s[figure], row.found[figure]) for s, row in zip(said, rows, strict=True) if row.found.get(figure)]
        error = [abs(predicted / measured - 1) for predicted, measured in there]
        found |= {f"{figure} median": float(np.median(error)), f"{figure} p90": float(np.quantile(error, 0.9))}
    for figure in ("brams", "dsps"):
        same = [round(s[figure]) == row.found[figure] for s, row in zip(said, rows, strict=True)]
        found[f"{figure} exact"] = float(np.mean(same))
    return found | {f"{figure} covered": share for figure, share in covered(rows, said, wider).items()}


def of_sketches(rows: Sequence[Row], told: Sketches) -> dict[str, dict[str, float]]:
    """How long they take, and how far they lead from the generated design; guessed ones, where all logic is."""
    guesses = sketches(rows, most_adders=0)
    return {
        "ms": told.milliseconds(),
        "ms guessed": guesses.milliseconds(),
        "away": away(rows, told, guessed=False),
        "away guessed": away(rows, guesses, guessed=True),
    }


def covered(rows: Sequence[Row], said: Sequence[dict[str, float]], wider: Mapping[str, float]) -> dict[str, float]:
    """Share of rows in intervals whose width other architectures gave."""
    held: dict[str, list[bool]] = {figure: [] for figure in corpus.FIGURES}
    for architecture in sorted({row.architecture for row in rows}):
        rest = fitting.fitted([row for row in rows if row.architecture != architecture])
        for row, values in zip(rows, said, strict=True):
            if row.architecture == architecture:
                for figure, held_ones in held.items():
                    if figure not in row.found:
                        continue
                    ends = constants.interval(rest, figure, values[figure])
                    low, high = widened(figure, ends, wider.get(figure, 0.0))
                    held_ones.append(low <= row.found[figure] <= high)
    return {figure: float(np.mean(ones)) for figure, ones in held.items()}


def line_error(rows: Sequence[Row], name: str) -> float:
    """Median error of LUTs on a straight line of another predictor, architectures left out the same way."""
    errors = []
    for architecture in {row.architecture for row in rows}:
        rest = [row for row in rows if row.architecture != architecture]
        slope, offset = line(rest, name)
        own = [row for row in rows if row.architecture == architecture]
        errors += [abs((slope * row.others[name] + offset) / row.found["luts"] - 1) for row in own]
    return float(np.median(errors))


def line(rows: Sequence[Row], name: str) -> tuple[float, float]:
    """Least squares of relative errors, as for the estimate."""
    y = np.array([row.found["luts"] for row in rows])
    x = np.array([[row.others[name], 1.0] for row in rows]) / y[:, None]
    slope, offset = np.linalg.lstsq(x, np.ones(len(y)), rcond=None)[0]
    return float(slope), float(offset)


def milliseconds(rows: Sequence[Row]) -> float:
    measured = [row for row in rows if not row.failure and row.family in constants.load()]
    started = time.perf_counter()
    for row in measured:
        of_terms(row.terms, row.family, 1, 1)
    return (time.perf_counter() - started) * 1000 / max(1, len(measured))


def design_milliseconds() -> float:
    """CPU time of an estimate of a generated design, its terms counted; mean of a few of the corpus' designs."""
    board, spent = _board.load("ulx3s"), 0.0
    designs = [drawn(number).design(_family.of(board)) for number in TIMED]
    for design in designs:
        started = time.process_time()
        estimate(design, board)
        spent += time.process_time() - started
    return 1000 * spent / len(TIMED)


def table(families: dict[str, dict[str, float]]) -> list[str]:
    percent: Callable[[float], str] = "{:.1%}".format
    lines = [
        "| Left out by architecture | " + " | ".join(families) + " | target |",
        "|---|" + "---|" * (len(families) + 1),
        "| Designs (routed) | " + " | ".join(f"{f['designs']} ({f['routed']})" for f in families.values()) + " | |",
    ]
    for name, title in (
        ("luts median", "LUTs, median error"),
        ("luts p90", "LUTs, nine of ten within"),
        ("ffs median", "FFs, median error"),
        ("fmax_mhz median", "Fmax, median error"),
        ("brams exact", "Block memories exact"),
        ("dsps exact", "DSPs exact"),
        ("luts covered", "90 % intervals hold: LUTs"),
        ("ffs covered", "FFs"),
        ("fmax_mhz covered", "Fmax"),
        (f"{SKETCHED}luts median", "Sketched: LUTs, median error"),
        (f"{SKETCHED}luts p90", "LUTs, nine of ten within"),
        (f"{SKETCHED}ffs median", "FFs, median error"),
        (f"{SKETCHED}fmax_mhz median", "Fmax, median error"),
        (f"{SKETCHED}brams exact", "Block memories exact"),
        (f"{SKETCHED}dsps exact", "DSPs exact"),
        (f"{SKETCHED}luts covered", "90 % intervals hold: LUTs"),
        (f"{SKETCHED}ffs covered", "FFs"),
        (f"{SKETCHED}fmax_mhz covered", "Fmax"),
        *((f"{name} median", f"LUTs by a line of {title}, median error") for name, title in OTHERS.items()),
    ):
        target = TARGETS.get(name.removeprefix(SKETCHED), TARGETS["covered"] if name.endswith("covered") else "")
        lines.append(f"| {title} | " + " | ".join(percent(f[name]) for f in families.values()) + f" | {target} |")
    return lines


if __name__ == "__main__":
    main()
