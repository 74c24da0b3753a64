"""Whether what ``edgeflow fit`` chooses routes and meets its target at the first try: ten choices a set, one seed each.

    python benchmarks/fit.py [--set 1] [--only I ...]

Set 0 was looked at while the families' margins were set; the next one judges. benchmarks/results/fit.json gets, for
every case, what was asked for, chosen, estimated and routed. Routed cases are in the store, so a run resumes.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from fit_cases import Case, cases, eased

from edgeflow import pipeline
from edgeflow.boards import _board
from edgeflow.boards._board import Board
from edgeflow.errors import DoesNotFitError, EdgeflowError
from edgeflow.families import _family
from edgeflow.fit.fit import fit
from edgeflow.fit.needs import needs
from edgeflow.fit.result import Fitted
from edgeflow.fit.wanted import Wanted
from edgeflow.recipe import Hardware
from edgeflow.rtl.design import Design
from edgeflow.rtl.generate import generate
from edgeflow.stages import Context
from edgeflow.store import Store

JUDGING = 1
RESULTS = Path(__file__).parent / "results" / "fit.json"


def judged(case: Case, context: Context) -> dict[str, Any]:
    """One case, from the choice to its routed board."""
    board, started = _board.load(case.board), time.monotonic()
    asked = {"network": case.network.name, "layers": len(case.network.layers), "board": case.board}
    try:
        case, found = _feasible(case, board)
        asked["goal"] = str(case.goal)
        seconds = round(time.monotonic() - started, 1)
        design = generate(case.network, found.shapes, found.clock_mhz, _family.of(board).delays)
        hardware = Hardware(board=case.board, clock_mhz=found.clock_mhz, seeds=1)
        both = pipeline.implement(case.network.name, hardware, design, context).value
    except EdgeflowError as error:
        return asked | {"success": False, "failure": str(error)}
    routed, core = ({name: getattr(of, name) for name in found.cells} for of in (both.board, both.core))
    return asked | {
        "success": both.board.timing_met and _reaches(found, case, design),
        "clock_mhz": found.clock_mhz,
        "fmax_mhz": {"estimated": round(found.fmax_mhz, 1), "routed": round(both.board.fmax_mhz, 1)},
        "core_estimated": found.cells,
        "room": found.room,
        "core_packed": core,
        "board_routed": routed,
        "interval_cycles": found.interval_cycles,
        "latency_cycles": found.latency_cycles,
        "folding": found.folding,
        "fit_seconds": seconds,
        "tools": both.board.tools,
    }


def _feasible(case: Case, board: Board) -> tuple[Case, Fitted]:
    """A target that nothing fits for is no choice: it is halved until one does."""
    while True:
        try:
            return case, fit(Wanted(case.network, case.goal, needs), board)
        except DoesNotFitError:
            case = replace(case, goal=eased(case.goal))


def _reaches(found: Fitted, case: Case, design: Design) -> bool:
    """By the design that was routed."""
    same = (design.interval_cycles, design.latency_cycles) == (found.interval_cycles, found.latency_cycles)
    rate = case.goal.min_fps is None or found.exact_mhz * 1e6 / design.interval_cycles >= case.goal.min_fps
    wait = case.goal.max_latency_us is None or design.latency_cycles / found.exact_mhz <= case.goal.max_latency_us
    return same and rate and wait


def line(row: dict[str, Any]) -> str:
    head = f"{row['network']:8} {row['board']:12} {row.get('goal', ''):26}"
    if "failure" in row:
        return f"{head} FAILED {row['failure'][:300]}"
    fmax = row["fmax_mhz"]
    parts = ("core_estimated", "core_packed", "board_routed", "room")
    cells = ", ".join(f"{n} {' / '.join(str(row[part][n]) for part in parts)}" for n in row["room"])
    return (
        f"{head} {'met' if row['success'] else 'MISSED'} {row['interval_cycles']} cycles at {row['clock_mhz']:g} MHz, "
        f"{fmax['routed']} routed of {fmax['estimated']}; {cells}; {row['fit_seconds']} s"
    )


def keep(number: int, index: int, row: dict[str, Any]) -> None:
    """In the results at once: a run that is stopped has what it found."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept.setdefault(str(number), {})[str(index)] = row | {"date": time.strftime("%Y-%m-%d")}
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--set", type=int, default=JUDGING)
    arguments.add_argument("--only", type=int, nargs="*", help="cases of the set, from 0 on")
    asked = arguments.parse_args()
    context, rows, there = Context(Store.default()), [], cases(asked.set)
    for i in asked.only or range(len(there)):
        rows.append(judged(there[i], context))
        keep(asked.set, i, rows[-1])
        print(line(rows[-1]), flush=True)
    met = sum(row["success"] for row in rows)
    print(f"{met} of {len(rows)} route and meet their target at the first try")


if __name__ == "__main__":
    main()
