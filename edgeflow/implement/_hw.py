"""Where the hand-written files lie: ``hw/`` and ``sim/`` beside the package in a checkout, inside it when installed."""

from pathlib import Path

import edgeflow

PACKAGE = Path(edgeflow.__file__).parent


def source(relative: str, tree: str = "hw") -> str:
    """The text of one file below ``hw/`` or ``sim/``, such as ``rtl/ef_link.sv``."""
    roots = (PACKAGE / tree, PACKAGE.parent / tree)
    return next(root / relative for root in roots if (root / relative).is_file()).read_text()
