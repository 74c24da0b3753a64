"""What a vendor's tool found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    version: str  # of the tool
    figures: dict[str, float]  # each name carries its unit
