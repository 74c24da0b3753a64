"""A design on a board: ``wrap(design, board, clock_mhz)`` gives every source from the pins down.

Two files are generated: ``ef_board_pkg.sv`` (constants for link and PLL) and ``ef_core.sv`` (the design behind fixed
names).
"""

from dataclasses import dataclass

from edgeflow import link, shipped
from edgeflow.boards._board import Board
from edgeflow.errors import InputError
from edgeflow.families import _family
from edgeflow.families._pll import Pll, solve
from edgeflow.rtl.design import Design

PACKAGES = ("rtl/ef_link_pkg.sv",)
LINK = tuple(
    f"rtl/ef_{name}.sv"
    for name in (
        "crc16",
        "uart_rx",
        "uart_tx",
        "frame_rx",
        "frame_tx",
        "link_request",
        "link_response",
        "link",
        "reset_sync",
    )
)
MAX_BAUD_ERROR = 0.02  # the receiver stands 4 % between both sides


@dataclass(frozen=True)
class BoardDesign:
    """Sources and memories of a whole board; ``top`` has the ports of the board's pins."""

    top: str
    sources: dict[str, str]  # packages first, top last
    memories: dict[str, str]
    clock_mhz: float  # of the core, exact
    clocks_per_bit: int
    identity: link.Identity


def wrap(design: Design, board: Board, clock_mhz: float) -> BoardDesign:
    """Raises InputError for a clock that the board cannot give or that is too slow for its UART."""
    pll, clocks_per_bit = core_clock(board, clock_mhz)
    silence_cycles = round(board.uart.silence_ms * 1000 * pll.output_mhz)
    identity = link.identity(design, pll.output_mhz)
    generated = {
        "ef_board_pkg.sv": package(design, pll, clocks_per_bit, silence_cycles, identity),
        "ef_core.sv": core(design),
    }
    return assemble(design, board, generated, pll.output_mhz, clocks_per_bit, identity)


def core_clock(board: Board, clock_mhz: float) -> tuple[Pll, int]:
    """The PLL's dividers, and the cycles of a bit on the UART. Raises InputError as ``wrap`` does."""
    board.check_clock(clock_mhz)
    pll = solve(_family.of(board).pll, board.clock.mhz, clock_mhz)
    return pll, _clocks_per_bit(board, pll.output_mhz)


def assemble(
    design: Design,
    board: Board,
    generated: dict[str, str],
    clock_mhz: float,
    clocks_per_bit: int,
    identity: link.Identity,
) -> BoardDesign:
    """Put generated, library and design sources in compile order."""
    names = (f"{board.clock.pll}_cells", f"ef_pll_{board.clock.pll}", "ef_linked_core", board.top)
    tops = [f"boards/{name}.sv" for name in names]
    library = {path.rpartition("/")[2]: shipped.source(path) for path in (*PACKAGES, *LINK)}
    taken = {*library, *generated, *(path.rpartition("/")[2] for path in tops)}
    clash = sorted(taken & set(design.sources)) or sorted({f"{design.top}.sv"} & taken)
    if clash:
        raise InputError(f"implement: {clash[0]} is also a file of the board; rename the design")
    sources = {
        "ef_board_pkg.sv": generated["ef_board_pkg.sv"],
        **library,
        **design.sources,
        "ef_core.sv": generated["ef_core.sv"],
    }
    sources |= {path.rpartition("/")[2]: shipped.source(path) for path in tops}
    return BoardDesign(board.top, sources, dict(design.memories), clock_mhz, clocks_per_bit, identity)


def package(design: Design, pll: Pll, clocks_per_bit: int, silence_cycles: int, identity: link.Identity) -> str:
    """The constants of one design on one board."""
    payload = identity.encode()
    x, y = design.s_axis, design.m_axis
    numbers = {
        "PllInputDiv": pll.input_div,
        "PllFeedbackDiv": pll.feedback_div,
        "PllOutputDiv": pll.output_div,
        "ClocksPerBit": clocks_per_bit,
        "SilenceCycles": silence_cycles,
        "InFeatures": x.features,
        "InLanes": x.lanes,
        "InWidth": x.format.width,
        "OutFeatures": y.features,
        "OutLanes": y.lanes,
        "OutWidth": y.format.width,
        "IdentityBytes": len(payload),
    }
    lines = [f"  localparam int unsigned {name} = {value};" for name, value in numbers.items()]
    return "\n".join(
        [
            f"// Constants of this design on this board; core clock {pll.output_mhz:g} MHz. Made by edgeflow.",
            "",
            "package ef_board_pkg;",
            "",
            *lines,
            f"  localparam bit OutSigned = 1'b{y.format.signed:d};",
            f"  localparam bit [{8 * len(payload) - 1}:0] Identity = {8 * len(payload)}'h{payload[::-1].hex()};",
            "",
            "endpackage",
            "",
        ]
    )


def core(design: Design) -> str:
    """``ef_core``: the design's top behind a fixed name."""
    ports = ("clk_i", "rst_ni", *(f"{side}_axis_{wire}" for side in "sm" for wire in ("tdata", "tvalid", "tready")))
    connections = ", ".join(f".{port}" for port in ports)
    return f"""// The network behind a fixed name, for the board's top. Made by edgeflow.

module ef_core (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [{design.s_axis.width - 1}:0] s_axis_tdata,
  input  logic s_axis_tvalid,
  output logic s_axis_tready,
  output logic [{design.m_axis.width - 1}:0] m_axis_tdata,
  output logic m_axis_tvalid,
  input  logic m_axis_tready
);

  {design.top} u_design ({connections});

endmodule
"""


def _clocks_per_bit(board: Board, clock_mhz: float) -> int:
    clocks = max(1, round(clock_mhz * 1e6 / board.uart.baud))
    error = abs(clocks * board.uart.baud / (clock_mhz * 1e6) - 1)
    if clocks < 8 or error > MAX_BAUD_ERROR:
        raise InputError(
            f"boards.{board.name}: {board.uart.baud} baud at clock_mhz = {clock_mhz:g} is {clocks} cycles a bit, "
            f"{error:.1%} off; "
            "8 cycles and 2 % are the limits: raise clock_mhz or lower the board's uart.baud"
        )
    return clocks
