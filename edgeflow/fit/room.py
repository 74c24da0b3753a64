"""What a board leaves to the network: its budget, less what no router fills, less the serial link."""

from dataclasses import asdict

from edgeflow.boards._board import Board
from edgeflow.families import _family
from edgeflow.families._room import Room
from edgeflow.kernels._cost import Cost, lut_ram
from edgeflow.rtl.design import Stream

RESOURCES = ("luts", "ffs", "brams", "dsps")


def room_of(board: Board, s_axis: Stream | None = None, m_axis: Stream | None = None) -> dict[str, int]:
    """By resource. Without streams the link has its base alone."""
    room = _family.of(board).room
    link = asdict(link_cost(room, s_axis, m_axis))
    return {name: max(0, int(there * room.routable[name]) - link[name]) for name, there in asdict(board.budget).items()}


def link_cost(room: Room, s_axis: Stream | None, m_axis: Stream | None) -> Cost:
    """It shifts a beat in and holds one on the stream; an answer is shifted out, value by value. A frame of one beat
    waits in registers, one of several in memory."""
    cost = Cost(room.link_luts, room.link_ffs, room.link_brams)
    if s_axis:
        cost += Cost(ffs=2 * s_axis.width) + _frame(s_axis)
    if m_axis:
        cost += Cost(luts=m_axis.width, ffs=m_axis.width) + _frame(m_axis)
    return cost + Cost(luts=int(room.lone_ffs * cost.ffs))


def _frame(stream: Stream) -> Cost:
    return Cost(ffs=stream.width) if stream.beats == 1 else lut_ram(stream.beats, stream.width)
