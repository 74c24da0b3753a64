"""Frontends, one a file: a framework's model to ``Firmware``, and its graph to the integer ``Network``.

Importing this imports no framework.
"""

from edgeflow.frontends._firmware import Firmware, load

__all__ = ["Firmware", "load"]
