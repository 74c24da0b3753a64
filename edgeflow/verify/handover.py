"""The folder a user keeps: sources, memories, golden vectors, a bench and a Makefile; no edgeflow needed to use it."""

from pathlib import Path

from edgeflow import shipped
from edgeflow.fixedpoint import Integers
from edgeflow.network.network import Network
from edgeflow.rtl.design import Design, Stream
from edgeflow.verify import case as cases
from edgeflow.verify.bench import bench_options

FRAMES = 256  # golden vectors handed over


def write(design: Design, network: Network, x: Integers, seed: int, folder: Path) -> None:
    """Write the design with ``make lint``, ``make sim`` and ``make synth``; ``x`` are frames to take vectors from."""
    frames = x[:FRAMES]
    sources = [path.name for path in design.write_sources(folder)]
    cases.write(cases.standard_case(design, len(frames), seed), design, frames, network.run(frames), folder)
    for name in ("tb_stream.sv", "tb_stream.py"):
        (folder / name).write_text(shipped.source(name, "sim"))
    for name in ("Makefile", "simulate.py"):
        (folder / name).write_text(shipped.source(f"handover/{name}"))
    bench = " ".join(bench_options(design, len(frames)))
    (folder / "design.mk").write_text(f"TOP = {design.top}\nSOURCES = {' '.join(sources)}\nBENCH = {bench}\n")
    (folder / "README.md").write_text(page(design))


def page(design: Design) -> str:
    """Ports, bit layout and timing of a design, as Markdown."""
    return f"""\
# {design.top}

`make lint`, `make sim` and `make synth` work here; see the first lines of the Makefile for what they need.

| Port | Bits | Meaning |
|---|---|---|
| `clk_i` | 1 | one clock for everything |
| `rst_ni` | 1 | synchronous, active low; resets control, data need none |
{_port_rows("s_axis", design.s_axis, "in", "out")}{_port_rows("m_axis", design.m_axis, "out", "in")}
A beat moves in every cycle in which `tvalid` and `tready` are both high. `tvalid` never waits for `tready`, and data
hold still until they are taken.

## Bits of a beat

{_layout("s_axis", design.s_axis)}
{_layout("m_axis", design.m_axis)}
## Cycles

- Latency, without stalls: {design.latency_cycles} cycles, first input beat accepted to last output beat valid.
- Throughput: one frame in {design.interval_cycles} cycles; frames may follow each other without a gap.

Both are formulas that edgeflow checked against simulation; `make sim` measures them again in `result.json`
(`first_out - first_in`, and `last_out - middle_out` over the number of frames between them).
"""


def _port_rows(name: str, stream: Stream, data: str, ready: str) -> str:
    return (
        f"| `{name}_tdata` | {stream.width} | {data}: {stream.lanes} values a beat |\n"
        f"| `{name}_tvalid` | 1 | {data}: a beat is there |\n"
        f"| `{name}_tready` | 1 | {ready}: it is taken |\n"
    )


def _layout(name: str, stream: Stream) -> str:
    y = stream.format
    sign = "two's complement" if y.signed else "unsigned"
    return (
        f"`{name}_tdata`: value `i` of a beat lies in bits `{y.width}*i + {y.width - 1} .. {y.width}*i`. "
        f"A frame is {stream.features} values in {stream.beats} beats, in order.\n"
        f"Each value is an integer of {y.width} bits, {sign}, and stands for the integer times 2^{-y.frac}.\n"
    )
