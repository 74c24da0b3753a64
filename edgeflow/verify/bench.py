"""The bench's parameters for a design."""

from edgeflow import shipped
from edgeflow.rtl.design import Design

SIM = shipped.folder("sim")


def bench_options(design: Design, max_frames: int) -> list[str]:
    """Verilator options that fit sim/tb_stream.sv to a design."""
    parameters = {
        "InWidth": design.s_axis.width,
        "OutWidth": design.m_axis.width,
        "InBeats": design.s_axis.beats,
        "OutBeats": design.m_axis.beats,
        "MaxFrames": max_frames,
    }
    return [f"-DDUT={design.top}", *(f"-G{name}={value}" for name, value in parameters.items())]
