"""FuseSoC: the design as a core, for those who build with it; CAPI2, which is YAML."""

import json

from edgeflow.export import _handed
from edgeflow.export._handed import Handed

tool = None  # nothing to run
PART = ""

read = _handed.read


def files(design: Handed, part: str, clock_mhz: float) -> dict[str, str]:
    """``<top>.core``."""
    return {f"{design.top}.core": core(design)}


def core(design: Handed) -> str:
    sources = "\n".join(f"      - {json.dumps(name)}" for name in design.sources)
    memories = "\n".join(
        f"      - {json.dumps(name)}: {{file_type: user, copyto: {json.dumps(name)}}}" for name in design.memories
    )
    return f"""\
CAPI=2:
name: {json.dumps(f"::{design.top}:0")}
description: A network made by edgeflow, stream to stream.

filesets:
  rtl:
    file_type: systemVerilogSource
    files:
{sources}
{memories}

targets:
  default: &default
    filesets: [rtl]
    toplevel: {json.dumps(design.top)}
  lint:
    <<: *default
    default_tool: verilator
    tools: {{verilator: {{mode: lint-only}}}}
"""
