"""AMD Vitis HLS: the run's hls4ml project, synthesized on the part; what the RTL is compared with, bit by bit."""

from edgeflow.export._handed import Handed, read_firmware
from edgeflow.export._tcl import word
from edgeflow.tools import _vitis as tool

PART = "xc7a100tcsg324-1"

read = read_firmware


def files(design: Handed, part: str, clock_mhz: float) -> dict[str, str]:
    """``build.tcl``."""
    return {tool.BUILD: build(design, part, clock_mhz)}


def build(design: Handed, part: str, clock_mhz: float) -> str:
    return f"""\
# vitis-run --mode hls --tcl {tool.BUILD}: {design.top} through C synthesis. Made by edgeflow.
open_project -reset {tool.PROJECT}
set_top {word(design.top)}
add_files {word(f"firmware/{design.top}.cpp")} -cflags "-std=c++14"
open_solution -reset solution1
config_compile -name_max_length 80
set_part {word(part)}
create_clock -period {1000 / clock_mhz:.3f} -name default
csynth_design
exit
"""
