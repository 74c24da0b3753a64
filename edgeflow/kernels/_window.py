"""The window generator, hw/rtl/ef_window.sv: its tables, its cycles, and which widths it can read at."""

from collections.abc import Iterable
from dataclasses import dataclass

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._cost import Cost, counter, lut_ram
from edgeflow.kernels._geometry import Geometry
from edgeflow.kernels._unit import Texts, Unit, divisors, hex_rows

IN_FLIGHT = 4  # words written between the cycle in which a row is done with and the one that sees its place free


def window_folds(geometry: Geometry) -> list[int]:
    """Values of a window that can be read at once: some channels of a tap, or all channels of some taps."""
    c = geometry.channels
    return divisors(c) + [c * taps for taps in divisors(geometry.taps) if taps > 1]


def check_pixels(geometry: Geometry, pixels: int) -> int:
    """How many windows a beat may hold. Raises InputError with the legal numbers."""
    legal = [n for n in divisors(geometry.out_width) if n == 1 or geometry.repeat == (1, 1)]
    if pixels not in legal:
        raise InputError(f"pixels = {pixels} is none of the legal {legal}, the divisors of the output's width")
    return pixels


def window_unit(
    geometry: Geometry,
    x: Fixed,
    simd: int,
    taps: int | None = None,
    outside: int = 0,
    repeats: int = 1,
    pixels: int = 1,
) -> Unit:
    """Windows of ``simd`` values a beat: tap after tap, each with all its channels, the whole ``repeats`` times.

    With ``taps``, channel group after channel group, ``taps`` taps of each a beat. ``pixels`` windows share a beat.
    """
    channelwise = taps is not None
    taps = taps or max(1, simd // geometry.channels)
    return _Window(geometry, x, simd // taps, taps, channelwise, outside, repeats, pixels).unit()


@dataclass(frozen=True)
class _Window:
    geometry: Geometry
    x: Fixed
    lanes: int
    taps: int
    channelwise: bool
    outside: int
    repeats: int
    pixels: int

    @property
    def groups(self) -> int:
        """Words of a pixel."""
        return self.geometry.channels // self.lanes

    @property
    def in_pixels(self) -> int:
        """Pixels of an input beat: as many as windows move on by, where that divides a row of the image."""
        step = self.pixels * self.geometry.stride[1]
        if self.pixels == 1:
            return 1
        return max(n for n in divisors(self.geometry.width) if step % n == 0)

    @property
    def row_words(self) -> int:
        return self.geometry.width * self.groups // self.in_pixels

    @property
    def frame_words(self) -> int:
        return self.geometry.height * self.row_words

    @property
    def beats(self) -> int:
        """Output beats of one beat's windows."""
        return self.geometry.taps // self.taps * self.groups * self.repeats

    @property
    def address_width(self) -> int:
        """A ring that holds the last rows of one frame and the first window of the next, or a step of rows ahead."""
        g = self.geometry
        reach = min(g.reach[0], g.height)
        last = min(max(0, (g.out_height - 1) * g.stride[0] - g.before[0]) // g.repeat[0], g.height - 1)
        rows = max(g.height - last + reach, reach + g.stride[0])
        return max(1, (rows * self.row_words + IN_FLIGHT - 1).bit_length())

    def unit(self) -> Unit:
        g = self.geometry
        copies = self.pixels * self.taps
        columns = g.out_width // self.pixels
        in_lanes = self.in_pixels * self.lanes
        counted = self.address_width + 2
        return Unit(
            "ef_window",
            {
                "Lanes": self.lanes,
                "XWidth": self.x.width,
                "InPixels": self.in_pixels,
                "Pixels": self.pixels,
                "Taps": self.taps,
                "TapGroups": g.taps // self.taps,
                "ChannelGroups": self.groups,
                "ChannelsOuter": int(self.channelwise),
                "Repeats": self.repeats,
                "Rows": g.out_height,
                "Columns": columns,
                "KernelHeight": g.kernel[0],
                "KernelWidth": g.kernel[1],
                "StepX": g.stride[1],
                "DilationX": g.dilation[1],
                "PadX": g.before[1],
                "FrameWords": self.frame_words,
                "AddressWidth": self.address_width,
                "OutsideLowest": int(self.outside < 0),
            },
            in_lanes=in_lanes,
            in_bits=in_lanes * self.x.width,
            out_lanes=copies * self.lanes,
            interval_cycles=max(self.frame_words, g.out_height * columns * self.beats),
            handshake=lambda: WindowHandshake(self),
            cost=self._cost(copies, columns),
            memories=Texts(
                RowFile=lambda: _table(self.rows(), (counted, counted, counted, g.kernel[0])),
                ColumnFile=lambda: _table(self.columns(), (counted, counted, self.pixels * g.kernel[1])),
                TapFile=lambda: hex_rows(self.offsets(), self.address_width),
            ),
        )

    def rows(self) -> list[tuple[int, int, int, int]]:
        """For each output row: word, needed, oldest (in words from the frame's first) and the mask of its taps."""
        found = []
        for o, seen in enumerate(self.geometry.rows()):
            inside = [row for row in seen if row >= 0]
            start = (o * self.geometry.stride[0] - self.geometry.before[0]) // self.geometry.repeat[0]
            oldest = min(max(start, 0), self.geometry.height - 1)
            newest = max(inside, default=oldest)
            mask = sum(1 << k for k, row in enumerate(seen) if row >= 0)
            found.append((start * self.row_words, newest * self.row_words, oldest * self.row_words, mask))
        return found

    def columns(self) -> list[tuple[int, int, int]]:
        """For each beat's column: word, needed (a count, so at least 1) and the mask of its windows' taps."""
        seen, found = self.geometry.columns(), []
        for o in range(0, len(seen), self.pixels):
            flat = [column for window in seen[o : o + self.pixels] for column in window]
            start = o * self.geometry.stride[1] // self.geometry.repeat[1]
            newest = max((column for column in flat if column >= 0), default=0)
            mask = sum(1 << k for k, column in enumerate(flat) if column >= 0)
            word, last = start // self.in_pixels, newest // self.in_pixels
            found.append((word * self.groups, (last + 1) * self.groups, mask))
        return found

    def offsets(self) -> list[list[int]]:
        """For each group of taps: where each tap of each window lies, in words from the window's start."""
        g = self.geometry
        found = []
        for first in range(0, g.taps, self.taps):
            row = []
            for p in range(self.pixels):
                for k in range(first, first + self.taps):
                    ky, kx = divmod(k, g.kernel[1])
                    column = p * g.stride[1] + kx * g.dilation[1] - g.before[1]
                    row.append(ky * g.dilation[0] * self.row_words + column // self.in_pixels * self.groups)
            found.append(row)
        return found

    def _cost(self, copies: int, columns: int) -> Cost:
        """A ring for each copy, an address adder for each, tables, and the counters of position and ring."""
        word = self.lanes * self.x.width
        width = self.address_width
        ring = lut_ram(1 << width, word) + Cost(luts=2 * width + word, ffs=width + 2)
        tables = Cost(luts=(self.geometry.out_height + columns) * width // 8)
        pointers = Cost(luts=10 * width, ffs=7 * width)
        return ring * copies + tables + pointers + counter(self.beats.bit_length())


class WindowHandshake:
    """ef_window's control: words written and still needed, the current window, two stages behind it.

    Words are counted from the first of the frame that is read, so that the state comes back with every frame.
    """

    def __init__(self, window: _Window, stages: int = 2):
        self._window = window
        self._stages = stages
        self._ring = 1 << window.address_width
        self._frame = window.frame_words
        rows, columns = window.rows(), window.columns()
        self._needed = [row[1] + column[1] for row in rows for column in columns]
        self._oldest = [row[2] for row in rows for _ in columns]
        self._beats = window.beats
        self._written, self._position, self._beat = 0, 0, 0
        self._oldest_read = 0
        self._addressed, self._valid = False, False
        self._loaded = False

    def squeezed(self) -> "WindowHandshake":
        return WindowHandshake(self._window, stages=1)

    def offers(self) -> bool:
        return self._valid

    def accepts(self, taken: bool) -> bool:
        return self._written - self._oldest_read < self._ring

    def clock(self, given: bool, taken: bool) -> None:
        write = given and self.accepts(taken)
        if taken or not self._valid:
            fire = self._loaded and self._written >= self._needed[self._position]
            oldest = self._oldest[self._position] if self._loaded else 0
            self._valid, self._addressed, self._oldest_read = self._addressed, fire, oldest
            if fire:
                self._step()
            if self._stages == 1:  # what was addressed is there at once, and its place in the ring is free
                self._valid, self._oldest_read = fire, self._oldest[self._position] if self._loaded else 0
        self._loaded = True
        self._written += write

    def _step(self) -> None:
        self._beat += 1
        if self._beat < self._beats:
            return
        self._beat = 0
        self._position += 1
        if self._position == len(self._needed):
            self._position = 0
            self._written -= self._frame
            self._oldest_read -= self._frame


def _table(rows: Iterable[tuple[int, ...]], widths: tuple[int, ...]) -> str:
    """Memory text of rows whose fields lie side by side, the first one lowest, each modulo its width."""
    lowest = [sum(widths[:i]) for i in range(len(widths))]
    words = [
        sum((value & ((1 << width) - 1)) << at for value, width, at in zip(row, widths, lowest, strict=True))
        for row in rows
    ]
    digits = -(-sum(widths) // 4)
    return "".join(f"{word:0{digits}x}\n" for word in words)
