"""What a design is to reach: a rate, a latency, a clock, or as much as the part gives."""

from dataclasses import dataclass

from edgeflow.errors import InputError


@dataclass(frozen=True)
class Goal:
    """Without a rate or a latency: as many frames a second as fit. With them: the least of the part that does both."""

    min_fps: float | None = None
    max_latency_us: float | None = None
    clock_mhz: float | None = None  # otherwise the board's highest that the estimate bears

    def __post_init__(self) -> None:
        for name in ("min_fps", "max_latency_us", "clock_mhz"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise InputError(f"--{name.replace('_', '-')}: {value:g} is not a number above 0")

    @property
    def asks(self) -> bool:
        return self.min_fps is not None or self.max_latency_us is not None

    def most_cycles(self, clock_mhz: float) -> int | None:
        """Between frames. Raises InputError if the clock is slower than the frames."""
        if self.min_fps is None:
            return None
        cycles = int(clock_mhz * 1e6 / self.min_fps)
        if cycles < 1:
            raise InputError(
                f"{self.min_fps:g} frames/s are more than one a cycle at {clock_mhz:g} MHz; raise the clock"
            )
        return cycles

    def most_latency(self, clock_mhz: float) -> int | None:
        return None if self.max_latency_us is None else int(clock_mhz * self.max_latency_us)

    def __str__(self) -> str:
        rate = None if self.min_fps is None else f"{self.min_fps:,g} frames/s"
        wait = None if self.max_latency_us is None else f"at most {self.max_latency_us:g} us"
        return " and ".join(part for part in (rate, wait) if part) or "the highest rate"
