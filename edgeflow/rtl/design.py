"""A generated design: SystemVerilog and memories as text, and what is known about it without simulating."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost


@dataclass(frozen=True)
class Stream:
    """One AXI-Stream port: a frame is ``features`` values, ``lanes`` of them a beat, lane 0 in the low bits."""

    format: Fixed
    features: int
    lanes: int

    @property
    def beats(self) -> int:
        """Beats a frame."""
        return self.features // self.lanes

    @property
    def width(self) -> int:
        """Bits of tdata."""
        return self.lanes * self.format.width


@dataclass(frozen=True)
class LayerHardware:
    """What one layer became."""

    name: str  # as in the model it came from: untrusted text
    shape: str
    interval_cycles: int  # a frame, of its slowest unit
    cost: Cost  # what its kernels say, of ECP5: for shares and comparisons


NOTHING = Cost()


@dataclass(frozen=True)
class Part:
    """One instance of a module, as an estimate sees it."""

    module: str  # of the library, or LOGIC
    numbers: Mapping[str, int]  # its parameters; of LOGIC its census
    tables: Mapping[str, str] = field(default_factory=dict)  # parameter -> $readmemh text
    reads: tuple[int, ...] = ()  # bits of each value it makes that the next part looks at; none: of all
    stated: Cost = NOTHING  # what its kernel says
    serves: str = ""  # the layers whose work it does; nothing between layers


LOGIC = "logic"  # a generated pipeline


@dataclass(frozen=True)
class Design:
    top: str  # module name; ports clk_i, rst_ni, s_axis_t{data,valid,ready}, m_axis_t{data,valid,ready}
    sources: dict[str, str]  # file name -> SystemVerilog; library modules first, top last
    memories: dict[str, str]  # file name -> $readmemh text, read by that bare name
    s_axis: Stream
    m_axis: Stream
    latency_cycles: int  # first input beat accepted to last output beat valid, no stalls
    interval_cycles: int  # between frames, at full rate
    cost: Cost  # estimated
    layers: tuple[LayerHardware, ...] = ()
    parts: tuple[Part, ...] = ()  # instance u_<i> of the top is the i-th

    def write_sources(self, folder: Path) -> list[Path]:
        """Write sources and memories flat into ``folder``; returns the source paths in compile order."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {**self.sources, **self.memories}.items():
            (folder / name).write_text(text)
        return [folder / name for name in self.sources]
