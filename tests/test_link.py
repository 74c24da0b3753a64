"""Frames: round trips, and no corruption goes unseen."""

import contextlib
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow import link
from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed
from edgeflow.link import ErrorCode, Identity, LinkError

PACKAGE = Path(__file__).parents[1] / "hw" / "rtl" / "ef_link_pkg.sv"
BOARD = Identity(link.VERSION, bytes(range(8)), 4, 10, 3, True, 3, 12, 5, True, 100_000)

payloads = st.binary(max_size=300)
commands = st.integers(0, 255)
syncs = st.sampled_from([link.REQUEST_SYNC, link.RESPONSE_SYNC])


def test_the_crc_is_ccitt_false():
    assert link.crc16(b"123456789") == 0x29B1
    assert link.encode(link.IDENTIFY).hex() == "a5010000" + f"{link.crc16(bytes([1, 0, 0])):04x}"


def test_hardware_and_host_hold_the_same_numbers():
    numbers = {
        name: int(value, 16 if base == "h" else 10)
        for name, base, value in re.findall(r"localparam logic \[7:0\] (\w+)\s*= 8'([hd])(\w+);", PACKAGE.read_text())
    }
    assert {code.value: code.name.replace("_", "").lower() for code in ErrorCode} == {
        value: name.lower()
        for name, value in numbers.items()
        if name.startswith("Bad") or name in ("Timeout", "Overrun")
    }
    assert numbers["RequestSync"] == link.REQUEST_SYNC and numbers["ResponseSync"] == link.RESPONSE_SYNC
    assert (numbers["Identify"], numbers["Infer"]) == (link.IDENTIFY, link.INFER)
    assert (numbers["Answer"], numbers["Error"], numbers["NoError"]) == (link.ANSWER, link.ERROR, 0)


@given(commands, payloads, syncs)
def test_a_frame_comes_back(command, payload, sync):
    assert link.decode(link.encode(command, payload, sync), sync) == (command, payload)


@given(commands, payloads, st.data())
def test_any_corrupted_byte_is_seen(command, payload, data):
    frame = bytearray(link.encode(command, payload))
    position = data.draw(st.integers(0, len(frame) - 1))
    frame[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LinkError):
        link.decode(bytes(frame), link.REQUEST_SYNC)


@given(commands, payloads, st.data())
def test_any_lost_end_is_seen(command, payload, data):
    frame = link.encode(command, payload)
    with pytest.raises(LinkError):
        link.decode(frame[: data.draw(st.integers(0, len(frame) - 1))], link.REQUEST_SYNC)


@given(st.binary(max_size=40))
def test_random_bytes_never_raise_anything_else(data):
    for bad in (lambda: link.decode(data), lambda: Identity.decode(data), lambda: link.answer(data, BOARD)):
        with contextlib.suppress(LinkError):
            bad()


@given(st.integers(1, 32), st.booleans(), st.data())
def test_values_come_back(width, signed, data):
    y = Fixed(width, 0, signed)
    values = data.draw(st.lists(st.integers(y.lo, y.hi), max_size=8))
    packed = link.pack(np.array(values, np.int64), y)
    assert len(packed) == len(values) * link.value_bytes(width)
    assert link.unpack(packed, width, signed) == tuple(values)


def test_values_outside_the_format_are_refused():
    with pytest.raises(InputError, match=r"value 16 is outside 0..15 \(u4.0\); quantize first"):
        link.pack(np.array([3, 16]), Fixed(4, 0, False))
    with pytest.raises(InputError, match=r"value -9 is outside -8..7"):
        link.pack(np.array([-9, 0]), Fixed(4))
    with pytest.raises(InputError, match=r"sample of shape \(3,\), the board wants \(4,\)"):
        link.infer_request(np.zeros(3, np.int64), BOARD)


@given(
    st.tuples(
        st.just(link.VERSION), st.binary(min_size=8, max_size=8),
        *(st.integers(1, 65535), st.integers(1, 62), st.integers(-100, 100), st.booleans()),
        *(st.integers(1, 65535), st.integers(1, 32), st.integers(-100, 100), st.booleans()),
        st.integers(0, 2**32 - 1),
    )
)  # fmt: skip
def test_an_identity_comes_back(values):
    board = Identity(*values)
    assert Identity.decode(board.encode()) == board


def test_another_protocol_version_is_refused():
    with pytest.raises(LinkError, match="not of protocol version 1; program the board again"):
        Identity.decode(b"\x02" + BOARD.encode()[1:])


def test_an_answer_is_checked():
    logits = link.pack(np.array([-2048, 7, 7]), Fixed(12))
    good = link.answer(logits + b"\x01" + struct.pack("<I", 9), BOARD)
    assert good == link.Answer(1, (-2048, 7, 7), 9)
    with pytest.raises(LinkError, match="class 2 is not the first largest"):
        link.answer(logits + b"\x02" + bytes(4), BOARD)
    with pytest.raises(LinkError, match="answer of 10 bytes, 11 expected"):
        link.answer(logits + bytes(4), BOARD)
