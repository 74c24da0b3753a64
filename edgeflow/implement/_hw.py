"""Where the hand-written SystemVerilog lies: ``hw/`` beside the package in a checkout, inside it when installed."""

from pathlib import Path

import edgeflow

PACKAGE = Path(edgeflow.__file__).parent


def source(relative: str) -> str:
    """The text of one file below ``hw/``, such as ``rtl/ef_link.sv``."""
    roots = [root / "hw" for root in (PACKAGE, PACKAGE.parent)]
    return next(root / relative for root in roots if (root / relative).is_file()).read_text()
