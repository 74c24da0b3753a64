"""What goes over a board's serial link: frames, requests and responses as pure functions.

    frame: sync, command, length (16 bit, low byte first), payload,
           CRC-16/CCITT-FALSE of command..payload (high byte first)

Requests start with 0xA5, responses with 0x5A. Hardware: hw/rtl/ef_link.sv and ef_link_pkg.sv hold the same numbers.
"""

import binascii
import hashlib
import struct
from dataclasses import astuple, dataclass
from enum import IntEnum

import numpy as np

from edgeflow.errors import InputError, ToolError
from edgeflow.fixedpoint import Fixed, Integers
from edgeflow.rtl.design import Design

REQUEST_SYNC, RESPONSE_SYNC = 0xA5, 0x5A
IDENTIFY, INFER = 0x01, 0x02
ANSWER = 0x80  # set in the command of a response
ERROR = 0xFF  # command of an error response
HEADER, TRAILER = 4, 2  # bytes around a payload
VERSION = 1  # of this protocol, first byte of an identity
IDENTITY = struct.Struct("<B8sHBb?HBb?I")


class ErrorCode(IntEnum):
    """Why the board refused a frame."""

    BAD_SYNC = 1
    BAD_COMMAND = 2
    BAD_LENGTH = 3
    BAD_CRC = 4
    TIMEOUT = 5
    OVERRUN = 6
    BAD_STOP_BIT = 7


class LinkError(ToolError):
    """A frame that is broken, missing or refused."""


@dataclass(frozen=True)
class Identity:
    """What a programmed board says it is."""

    version: int
    design_id: bytes  # the first 8 bytes of the design's digest
    features: int
    x_width: int
    x_frac: int
    x_signed: bool
    outputs: int
    y_width: int
    y_frac: int
    y_signed: bool
    clock_khz: int

    @property
    def x(self) -> Fixed:
        """The format of the features it takes."""
        return Fixed(self.x_width, self.x_frac, self.x_signed)

    @property
    def class_bytes(self) -> int:
        return 2 if (self.y_width > 8 if self.outputs == 1 else self.outputs > 256) else 1

    def encode(self) -> bytes:
        return IDENTITY.pack(*astuple(self))

    @classmethod
    def decode(cls, payload: bytes) -> "Identity":
        """Raises LinkError for another protocol version or a wrong length."""
        if len(payload) != IDENTITY.size or payload[0] != VERSION:
            raise LinkError(
                f"link: identity {payload.hex()} is not of protocol version {VERSION}; program the board again"
            )
        return cls(*IDENTITY.unpack(payload))


@dataclass(frozen=True)
class Answer:
    """The response to one sample."""

    label: int
    logits: tuple[int, ...]
    cycles: int  # of the core: first input beat accepted to last output beat valid


def design_id(design: Design) -> bytes:
    """Eight bytes that differ between designs: sources, memories and formats decide."""
    sha = hashlib.sha256(f"{design.top} {design.s_axis} {design.m_axis}".encode())
    for name, text in sorted({**design.sources, **design.memories}.items()):
        sha.update(f"\0{name}\0{len(text)}\0{text}".encode())
    return sha.digest()[:8]


def identity(design: Design, clock_mhz: float) -> Identity:
    """What a board with this design, clocked so, must answer."""
    x, y = design.s_axis.format, design.m_axis.format
    return Identity(
        version=VERSION,
        design_id=design_id(design),
        features=design.s_axis.features,
        x_width=x.width,
        x_frac=x.frac,
        x_signed=x.signed,
        outputs=design.m_axis.features,
        y_width=y.width,
        y_frac=y.frac,
        y_signed=y.signed,
        clock_khz=round(clock_mhz * 1000),
    )


def encode(command: int, payload: bytes = b"", sync: int = REQUEST_SYNC) -> bytes:
    """One frame."""
    body = struct.pack("<BH", command, len(payload)) + payload
    return bytes([sync]) + body + crc16(body).to_bytes(2, "big")


def decode(frame: bytes, sync: int = RESPONSE_SYNC) -> tuple[int, bytes]:
    """Command and payload of one whole frame. Raises LinkError for anything broken."""
    if len(frame) < HEADER + TRAILER or frame[0] != sync:
        raise LinkError(f"link: {frame[:HEADER].hex() or 'nothing'} is not the start of a whole frame")
    if payload_length(frame[:HEADER]) != len(frame) - HEADER - TRAILER:
        raise LinkError(
            f"link: length field says {payload_length(frame[:HEADER])} bytes, {len(frame) - HEADER - TRAILER} came"
        )
    if crc16(frame[1:]) != 0:
        raise LinkError("link: CRC is wrong")
    return frame[1], frame[HEADER:-TRAILER]


def crc16(body: bytes) -> int:
    """CRC-16/CCITT-FALSE; a body followed by its own CRC gives 0."""
    return binascii.crc_hqx(body, 0xFFFF)


def payload_length(header: bytes) -> int:
    return int.from_bytes(header[2:HEADER], "little")


def pack(x: Integers, y: Fixed) -> bytes:
    """Integers as little-endian two's complement, each in whole bytes. Raises InputError outside of the format."""
    x = np.asarray(x)
    if x.size and (x.min() < y.lo or x.max() > y.hi):
        raise InputError(
            f"link: value {x.max() if x.max() > y.hi else x.min()} is outside {y.lo}..{y.hi} ({y}); quantize first"
        )
    size = value_bytes(y.width)
    return b"".join((int(value) & (2 ** (8 * size) - 1)).to_bytes(size, "little") for value in x)


def unpack(data: bytes, width: int, signed: bool) -> tuple[int, ...]:
    size = value_bytes(width)
    return tuple(int.from_bytes(data[i : i + size], "little", signed=signed) for i in range(0, len(data), size))


def value_bytes(width: int) -> int:
    return (width + 7) // 8


def infer_request(x: Integers, board: Identity) -> bytes:
    """The frame that asks for one sample (features,). Raises InputError for a wrong shape or value."""
    if np.shape(x) != (board.features,):
        raise InputError(f"link: sample of shape {np.shape(x)}, the board wants ({board.features},)")
    return encode(INFER, pack(x, board.x))


def answer(payload: bytes, board: Identity) -> Answer:
    """Raises LinkError if the length is not what this board answers, or class and logits disagree."""
    split = board.outputs * value_bytes(board.y_width)
    if len(payload) != split + board.class_bytes + 4:
        raise LinkError(f"link: answer of {len(payload)} bytes, {split + board.class_bytes + 4} expected")
    logits = unpack(payload[:split], board.y_width, board.y_signed)
    label = int.from_bytes(payload[split:-4], "little")
    # A core with one output has an argmax of its own: that output is the class.
    if label != (logits[0] if board.outputs == 1 else int(np.argmax(logits))):
        raise LinkError(f"link: class {label} is not the first largest of logits {logits}")
    return Answer(label, logits, int.from_bytes(payload[-4:], "little"))
