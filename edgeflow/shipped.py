"""The hand-written hardware: ``hw/`` and ``sim/`` lie beside the package in a checkout, inside it when installed."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def folder(tree: str) -> Path:
    """The folder ``hw`` or ``sim``."""
    return next(root / tree for root in (PACKAGE, PACKAGE.parent) if (root / tree).is_dir())


def source(relative: str, tree: str = "hw") -> str:
    """The text of one file in it, such as ``rtl/ef_link.sv``."""
    return (folder(tree) / relative).read_text()
