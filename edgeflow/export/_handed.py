"""The design that a run handed over, read back from its ``rtl`` folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import InputError

CLOCK, RESET = "clk_i", "rst_ni"
PORTS = {CLOCK, RESET, *(f"{side}_axis_{wire}" for side in "sm" for wire in ("tdata", "tvalid", "tready"))}
FILE = re.compile(r"[a-z][a-z0-9_]*\.(sv|hex)")


@dataclass(frozen=True)
class Handed:
    folder: Path
    top: str
    sources: tuple[str, ...]  # in compile order
    memories: tuple[str, ...]
    in_bits: int  # of s_axis_tdata
    out_bits: int
    out_beats: int  # a frame

    @property
    def files(self) -> tuple[str, ...]:
        return *self.sources, *self.memories


def read(run: Path) -> Handed:
    """What ``edgeflow generate`` wrote below the run's folder. Raises InputError."""
    folder = run / "rtl"
    if not (folder / "design.mk").is_file():
        raise InputError(f"export: {run} holds no rtl/design.mk; make it with edgeflow generate, or a later stage")
    said = dict(re.findall(r"^(\w+) = (.*)$", (folder / "design.mk").read_text(), re.MULTILINE))
    bench = dict(re.findall(r"-G(\w+)=(\d+)", said.get("BENCH", "")))
    try:
        sources = tuple(said["SOURCES"].split())
        in_bits, out_bits, out_beats = (int(bench[key]) for key in ("InWidth", "OutWidth", "OutBeats"))
        handed = Handed(folder, said["TOP"], sources, _memories(folder, sources), in_bits, out_bits, out_beats)
    except KeyError as error:
        raise InputError(f"export: {folder / 'design.mk'} lacks {error}; generate the run again") from None
    for name in (f"{handed.top}.sv", *handed.files):
        if not FILE.fullmatch(name) or not (folder / name).is_file():
            raise InputError(f"export: {folder} has no design file {name!r}; generate the run again")
    return handed


def read_firmware(run: Path) -> Handed:
    """The hls4ml project in the run's folder. Raises InputError."""
    folder = run / "firmware"
    (top, *_), sources = [*(path.stem for path in folder.glob("firmware/*.cpp")), ""], tuple(_below(folder, "firmware"))
    if not FILE.fullmatch(f"{top}.sv"):
        raise InputError(f"export: {run} holds no firmware/firmware/<name>.cpp; only what hls4ml holds exactly has one")
    return Handed(folder, top, sources, (), 0, 0, 0)


def _below(folder: Path, part: str) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in sorted((folder / part).rglob("*")) if path.is_file())


def _memories(folder: Path, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The files that the sources name as their memories."""
    text = "".join((folder / name).read_text() for name in sources if (folder / name).is_file())
    return tuple(sorted(set(re.findall(r'"(\w+\.hex)"', text))))
