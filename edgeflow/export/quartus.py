"""Intel Quartus: a project with virtual pins, its clock, and a script that compiles it."""

from edgeflow.export import _handed
from edgeflow.export._handed import CLOCK, PORTS, Handed
from edgeflow.export._tcl import word
from edgeflow.tools import _quartus as tool

PART = "5CSEMA5F31C6"

read = _handed.read


def files(design: Handed, part: str, clock_mhz: float) -> dict[str, str]:
    """The project's ``.qpf``, ``.qsf`` and ``.sdc``, and ``build.tcl``."""
    return {
        f"{design.top}.qpf": f'PROJECT_REVISION = "{design.top}"\n',
        f"{design.top}.qsf": settings(design, part),
        f"{design.top}.sdc": f"create_clock -name {CLOCK} -period {1000 / clock_mhz:.3f} [get_ports {CLOCK}]\n",
        tool.BUILD: build(design),
    }


def settings(design: Handed, part: str) -> str:
    """The clock gets a pin; all else ends inside, for a design has more ports than a package pins.

    Memories need no line: $readmemh finds them in the project's folder.
    """
    lines = [
        f"set_global_assignment -name DEVICE {word(part)}",
        f"set_global_assignment -name TOP_LEVEL_ENTITY {word(design.top)}",
        *(f"set_global_assignment -name SYSTEMVERILOG_FILE {word(name)}" for name in design.sources),
        f"set_global_assignment -name SDC_FILE {word(f'{design.top}.sdc')}",
        *(f"set_instance_assignment -name VIRTUAL_PIN ON -to {port}" for port in sorted(PORTS - {CLOCK})),
    ]
    return "\n".join([*lines, ""])


def build(design: Handed) -> str:
    return f"""\
# quartus_sh -t {tool.BUILD}: compile {design.top}. Made by edgeflow.
load_package flow
project_open {word(design.top)}
execute_flow -compile
project_close
"""
