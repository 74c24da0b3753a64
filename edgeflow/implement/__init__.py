"""Designs on devices: synthesis, place and route, bitstream."""

from edgeflow.implement.flow import implement, implement_core
from edgeflow.implement.result import Implementation

__all__ = ["Implementation", "implement", "implement_core"]
