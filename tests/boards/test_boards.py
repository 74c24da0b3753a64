"""Every board file is whole, and its mistakes are named."""

import re
from pathlib import Path

import pytest

from edgeflow import catalog, shipped
from edgeflow.boards import _board
from edgeflow.errors import InputError, UnknownNameError
from edgeflow.families import _family

ULX3S = catalog.path("boards", "ulx3s").read_text()


@pytest.mark.parametrize("name", catalog.names("boards"))
def test_pins_and_ports_of_the_top_are_the_same(name):
    board = _board.load(name)
    assert board.device in _family.of(board).router.DEVICES
    header = shipped.source(f"boards/{board.top}.sv").partition("(\n")[2].partition(");")[0]
    ports = set()
    for high, low, port in re.findall(r"(?:input|output)\s+logic\s+(?:\[(\d+):(\d+)\]\s+)?(\w+)", header):
        ports |= {f"{port}[{i}]" for i in range(int(low), int(high) + 1)} if high else {port}
    assert ports == set(board.pins)


def test_an_unknown_board_names_the_nearest():
    with pytest.raises(UnknownNameError, match='boards: no "ulx3"; did you mean "ulx3s"'):
        _board.load("ulx3")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("speed = 6", "sped = 6", 'boards.mine: unknown key "sped"; did you mean "speed"?'),
        ("speed = 6", 'speed = "6"', "boards.mine: speed = '6' is not a int"),
        ("speed = 6", "speed = true", "boards.mine: speed = True is not a int"),
        ("luts = 83640", "luts = 0", "boards.mine.budget: luts = 0 must be positive"),
        ("luts = 83640", "", "boards.mine.budget: missing 1 required positional argument: 'luts'"),
        ("mhz = 25.0", "mhz = ", "boards.mine: mine.toml: "),
        ('site = "B2"', 'site = "C2"', "boards.mine.pins: site C2 is both led[0] and led[1]; each pin once"),
        (
            'site = "B2"',
            'site = "B2;"',
            "boards.mine.pins.led[0]: site 'B2;' is neither a ball such as A10 nor a pin's number",
        ),
        ('pull = "DOWN"', 'pull = "LOW"', "boards.mine.pins.btn[1]: 'LOW' is not a valid Pull"),
        ("drive = 4", "drive = 5", "drive = 5 is not 4, 8, 12 or 16 mA"),
        ('site = "B2"', 'site = "B2", io = "LVCMOS5"', "boards.mine.pins.led[0]: 'LVCMOS5' is not a valid Standard"),
        ('reset = "btn"', 'reset = "btn"\nreset_level = "up"', "boards.mine: 'up' is not a valid Level"),
        ('"led[0]"', '"led 0"', "boards.mine.pins: port 'led 0' is not a name with at most one index"),
        (
            'rx = "ftdi_txd"',
            'rx = "ftdi_tdx"',
            'boards.mine: port "ftdi_tdx" has no pin in [pins]; did you mean "ftdi_txd"?',
        ),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, message):
    assert old in ULX3S
    file = tmp_path / "mine.toml"
    file.write_text(ULX3S.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        _board.parse("mine", Path(file))
    assert message in str(caught.value)


def test_a_board_is_like_another(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('like = "ulx3s"\ndevice = "LFE5U-12F"\n[budget]\nluts = 7\n[pins]\n"led[0]" = { site = "A4" }\n')
    mine, base = _board.parse("mine", file), _board.load("ulx3s")
    assert (mine.device, mine.budget.luts, mine.pins["led[0]"]) == ("LFE5U-12F", 7, _board.Pin("A4", drive=4))
    assert (mine.top, mine.clock, mine.budget.ffs) == (base.top, base.clock, base.budget.ffs)
    assert mine.pins | {"led[0]": base.pins["led[0]"]} == base.pins
    file.write_text('like = "ulx4s"')
    with pytest.raises(UnknownNameError, match='did you mean "ulx3s"'):
        _board.parse("mine", file)


def test_a_clock_beyond_the_pll_is_refused():
    board = _board.load("ulx3s")
    board.check_clock(400)
    with pytest.raises(InputError) as caught:
        board.check_clock(500)
    assert str(caught.value) == (
        "boards.ulx3s: clock_mhz = 500 exceeds 400, the highest this board's PLL gives; lower recipe.hardware.clock_mhz"
    )
