"""AMD Vivado: a non-project build of the AXI-Stream wrapper out of context, its constraints, and IP packaging."""

from edgeflow.export import _handed, _wrapper
from edgeflow.export._handed import Handed
from edgeflow.export._tcl import word, words
from edgeflow.tools import _vivado as tool

PART = "xc7a100tcsg324-1"

read = _handed.read


def files(design: Handed, part: str, clock_mhz: float) -> dict[str, str]:
    """``build.tcl``, ``package_ip.tcl``, the wrapper and its constraints."""
    top = _wrapper.name(design)
    return {
        f"{top}.sv": _wrapper.wrapper(design),
        f"{top}.xdc": constraints(clock_mhz),
        tool.BUILD: build(design, top, part),
        "package_ip.tcl": package_ip(design, top, part),
    }


def constraints(clock_mhz: float) -> str:
    period = f"{1000 / clock_mhz:.3f}"
    return f"create_clock -name {_wrapper.CLOCK} -period {period} [get_ports {_wrapper.CLOCK}]\n"


def read_sources(design: Handed, top: str) -> str:
    lines = [f"read_verilog -sv [{words((*design.sources, f'{top}.sv'))}]"]
    if design.memories:
        lines += [
            f"set memories [{words(design.memories)}]",
            "add_files -norecurse $memories",
            "set_property file_type {Memory Initialization Files} [get_files $memories]",
        ]
    return "\n".join(lines)


def build(design: Handed, top: str, part: str) -> str:
    return f"""\
# vivado -mode batch -source {tool.BUILD}: {top} placed and routed out of context. Made by edgeflow.
{read_sources(design, top)}
read_xdc {word(f"{top}.xdc")}
synth_design -top {word(top)} -part {word(part)} -mode out_of_context
opt_design
place_design
phys_opt_design
route_design
write_checkpoint -force {word(f"{top}.dcp")}
report_utilization -file utilization.rpt
report_timing_summary -file timing.rpt

proc cells {{pattern}} {{ llength [get_cells -quiet -hierarchical -filter "REF_NAME =~ $pattern"] }}
set path [get_timing_paths -setup -max_paths 1]
set file [open {tool.RESULTS} w]
puts $file "version [version -short]"
puts $file "luts [cells LUT*]"
puts $file "ffs [cells FD*]"
puts $file "brams [cells RAMB*]"
puts $file "dsps [cells DSP*]"
puts $file "slack_ns [get_property SLACK $path]"
close $file
"""


def package_ip(design: Handed, top: str, part: str) -> str:
    return f"""\
# vivado -mode batch -source package_ip.tcl: {top} as an IP in the folder ip. Made by edgeflow.
create_project -in_memory -part {word(part)}
{read_sources(design, top)}
set_property top {word(top)} [current_fileset]
ipx::package_project -root_dir ip -vendor edgeflow -library edgeflow -name {word(top)} -taxonomy /UserIP -import_files
set core [ipx::current_core]
ipx::infer_bus_interface {_wrapper.CLOCK} xilinx.com:signal:clock_rtl:1.0 $core
ipx::infer_bus_interface {_wrapper.RESET} xilinx.com:signal:reset_rtl:1.0 $core
foreach side {{s_axis m_axis}} {{
  set wires [list ${{side}}_tdata ${{side}}_tvalid ${{side}}_tready]
  if {{$side eq "m_axis"}} {{ lappend wires m_axis_tlast }}
  ipx::infer_bus_interface $wires xilinx.com:interface:axis_rtl:1.0 $core
  ipx::associate_bus_interfaces -busif $side -clock {_wrapper.CLOCK} $core
}}
ipx::associate_bus_interfaces -clock {_wrapper.CLOCK} -reset {_wrapper.RESET} $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::save_core $core
"""
