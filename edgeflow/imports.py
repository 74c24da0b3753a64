"""A model file made elsewhere, to verified hardware: lower, compare with the format's own executor, build, report.

No training framework is needed. Each format is a file in ``frontends`` with ``SUFFIXES``, ``lower``, ``check`` and
``execute``, the reference that the integer network must equal.
"""

import re
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow import catalog, pipeline
from edgeflow.boards import _board
from edgeflow.boards._board import Board
from edgeflow.errors import InputError
from edgeflow.fit.fit import fit
from edgeflow.fit.goal import Goal
from edgeflow.fit.needs import needs
from edgeflow.fit.wanted import Wanted
from edgeflow.fixedpoint import Integers
from edgeflow.frontends import _firmware, _samples
from edgeflow.frontends._lowered import Lowered
from edgeflow.proved import Proved
from edgeflow.provenance import file_sha256, program_command
from edgeflow.recipe import Hardware
from edgeflow.report.report import compile_import
from edgeflow.rtl.generate import generate
from edgeflow.rtl.names import KEYWORDS
from edgeflow.rtl.shapes import Folding
from edgeflow.run import Outcome
from edgeflow.stages import Context, copy_result, fresh
from edgeflow.store import code_digest, file_digest
from edgeflow.tools import _process, gxx
from edgeflow.verify import handover, locate, reference, vectors
from edgeflow.verify.claim import Claim
from edgeflow.verify.ladder import Rung

UNTIL = ("verify", "report")
LONGEST_NAME = 40


@dataclass(frozen=True)
class Wish:
    """What the user wants of the hardware and of its proof."""

    hardware: Hardware
    frames_per_second: float | None = None  # every layer gets the shape that takes least for this rate
    inputs: Path | None = None  # samples as the model takes them
    frames: int = 1000  # that verification compares, the given samples among them
    seed: int = 1
    until: str = "report"  # or "verify"
    csim: bool = False  # also through hls4ml: its HLS project, and its csim as a rung


def suffixes() -> dict[str, str]:
    """Of the files that can be imported, with the frontend of each: those that declare SUFFIXES."""
    return {suffix: name for name, own in catalog.declared("frontends", "SUFFIXES").items() for suffix in own}


def frontend_of(model: Path) -> ModuleType:
    """Raises InputError for a suffix that no frontend reads."""
    known = suffixes()
    if model.suffix.lower() not in known:
        raise InputError(f"{model}: a model file ends in {', '.join(sorted(known))}, not {model.suffix or 'nothing'}")
    return catalog.load("frontends", known[model.suffix.lower()])


def run(model: Path, wish: Wish, out: Path | None, context: Context, command: str = "") -> Outcome:
    """Everything from the file to ``wish.until``. Raises what the stages raise."""
    if wish.until not in UNTIL:
        raise InputError(f"--until: {wish.until!r} is none of {', '.join(UNTIL)}")
    board = _board.load(wish.hardware.board)
    board.check_clock(wish.hardware.clock_mhz)
    frontend, name = frontend_of(model), module_name(model.stem)
    folder = out or Path("runs") / name
    context.progress(f"lower {model.name}")
    lowered: Lowered = frontend.lower(model, name)
    context.progress("generate SystemVerilog")
    folding, clock_mhz, delays = (
        _folding(lowered, wish, board),
        wish.hardware.clock_mhz,
        pipeline.delays_of(wish.hardware),
    )
    design = generate(lowered.network, folding, clock_mhz, delays)
    frames, reals = _frames(lowered, wish)
    paths = {"rtl": fresh(folder / "rtl")}
    handover.write(design, lowered.network, frames, wish.seed, paths["rtl"])
    context.progress(f"run the {frontend.EXECUTOR} on {len(frames):,} frames")
    agreed = reference.checked(lowered, frames, frontend.execute(model, reals), frontend.EXECUTOR)
    executor = Rung(frontend.EXECUTOR, lowered.real(agreed.outputs))
    rungs = [executor]
    if wish.csim:
        firmware = _firmware_of(frontend, model, name, clock_mhz, context)
        paths["firmware"] = copy_result(firmware, folder / "firmware")
        rungs.append(Rung("csim", frontend.csim(_firmware.load(firmware), reals)))
    of = {rung.name: sha256(rung.logits.tobytes()).hexdigest() for rung in rungs}
    regenerate = locate.regenerator(folding, clock_mhz, delays)
    claim = Claim(lowered, frames, lambda: rungs, of, wish.seed, regenerate)
    place_and_route = partial(pipeline.implement, name, wish.hardware, design, context)
    with _process.beside(place_and_route) if wish.until == "report" else nullcontext() as implemented:
        verified = pipeline.verify(claim, design, context)
        paths["verification"] = copy_result(verified.folder, folder / "verification")
        samples = "given samples" if wish.inputs else "random frames"
        activity = pipeline.record_activity(lowered.network, design, frames, samples, context)
    proved = Proved(name, wish.seed, wish.hardware, lowered.network, design, verified, activity)
    evidence = proved.evidence({"model": _model_sha256(model)}, command, {})
    agreement = {"executor": frontend.EXECUTOR, "ties": agreed.ties, "tie": agreed.shown}
    if implemented is None:
        return Outcome.of(compile_import(evidence, agreement), paths, folder)
    evidence, paths["bitstream"] = proved.on_board(evidence, implemented(), folder)
    program = program_command(board, paths["bitstream"])
    return Outcome.of(compile_import(evidence, agreement), paths, folder, program)


def _firmware_of(frontend: ModuleType, model: Path, name: str, clock_mhz: float, context: Context) -> Path:
    """The folder of the file's HLS project and csim, built once. Raises InputError where the format has none."""
    if not hasattr(frontend, "csim"):
        raise InputError(f"--csim: hls4ml takes ONNX files, not {model.suffix}; leave the option out")

    def build(folder: Path) -> None:
        context.start("convert", "convert with hls4ml, compile csim")
        frontend.convert(model, name, clock_mhz, folder)

    material = {"model": _model_sha256(model), "name": name, "clock_mhz": clock_mhz, "g++": gxx.version()}
    return context.store.stage("convert", material | {"code": code_digest("frontends")}, build)


def _model_sha256(model: Path) -> str:
    """Some models are folders."""
    return file_digest(model) if model.is_dir() else file_sha256(model)


def module_name(stem: str) -> str:
    """A name for modules and files from a file's name, whatever that is."""
    plain = re.sub(r"[^a-z0-9_]+", "_", stem.lower()).strip("_")[:LONGEST_NAME]
    return plain if re.match(r"[a-z]", plain) and plain not in KEYWORDS else f"model_{plain}".rstrip("_")


def _folding(lowered: Lowered, wish: Wish, board: Board) -> Folding:
    """For a rate the least of the board that reaches it, else as the hardware section says."""
    if wish.frames_per_second is None:
        return pipeline.folding_of(wish.hardware)
    goal = Goal(min_fps=wish.frames_per_second, clock_mhz=wish.hardware.clock_mhz)
    return fit(Wanted(lowered.network, goal, needs), board).shapes


def _frames(lowered: Lowered, wish: Wish) -> tuple[Integers, NDArray[Any]]:
    """Frames to compare and the model's inputs that stand for them: given samples, corners, random ones."""
    given = _samples.read(wish.inputs, lowered.entry.shape) if wish.inputs else None
    test = np.zeros((0, lowered.network.in_features), np.int64) if given is None else lowered.entry.quantize(given)
    frames = vectors.frames(lowered.network, test, wish.frames, wish.seed)
    reals = lowered.entry.dequantize(frames).astype(np.float32)
    if given is not None:
        reals[: len(given)] = given
    same = (lowered.entry.quantize(reals) == frames).all(axis=1)  # a clamp before the quantizer gives some no input
    return frames[same], reals[same]
