"""The SystemVerilog library ``hw/rtl``: which file a module is in, and which modules it needs."""

import re
from functools import cache

from edgeflow import shipped


@cache
def source(module: str) -> str:
    return shipped.source(f"rtl/{module}.sv")


def uses(text: str) -> list[str]:
    """The library modules that a source instantiates."""
    return re.findall(r"^\s+(ef_\w+) #?\(", text, re.MULTILINE)


def closure(modules: list[str]) -> list[str]:
    """The modules and all they instantiate, each once, leaves first."""
    ordered: dict[str, None] = {}

    def visit(module: str) -> None:
        for inner in uses(source(module)):
            visit(inner)
        ordered.setdefault(module)

    for module in modules:
        visit(module)
    return list(ordered)
