"""The SystemVerilog library ``hw/rtl``: which file a module is in, and which modules it needs."""

import re
from functools import cache
from pathlib import Path

HARDWARE = Path(__file__).resolve().parents[2] / "hw"
if not HARDWARE.is_dir():  # installed as a wheel: the folder ships inside the package
    HARDWARE = Path(__file__).resolve().parents[1] / "hw"


@cache
def source(module: str) -> str:
    return (HARDWARE / "rtl" / f"{module}.sv").read_text()


def closure(modules: list[str]) -> list[str]:
    """The modules and all they instantiate, each once, leaves first."""
    ordered: dict[str, None] = {}

    def visit(module: str) -> None:
        for inner in re.findall(r"^\s*(ef_\w+) #?\(", source(module), re.MULTILINE):
            if inner != module:
                visit(inner)
        ordered.setdefault(module)

    for module in modules:
        visit(module)
    return list(ordered)
