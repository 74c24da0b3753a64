"""One arithmetic on every x86-64 CPU with AVX2: what TensorFlow is told before its import.

Left alone, its libraries take the kernels that suit the CPU, whose sums round in other orders: one seed gave another
student with AVX-512 than with AVX2. So told, TensorFlow 2.21 trained networks on flat samples to the same weights, bit
for bit, with AVX-512 and on an EPYC with AVX2 as QEMU emulates it (two epochs of the digits recipe).
"""

from collections.abc import Mapping

# The first bounds what XLA compiles. Matrix products that it leaves to YNNPACK want the second, which becomes
# YNN_FLAG_CONSISTENT_ARITHMETIC in xla/backends/cpu/ynn_support.cc.
XLA = {"--xla_cpu_max_isa": "AVX2", "--xla_cpu_enable_platform_dependent_math": "false"}
ONEDNN = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # of its matrix products, which Eigen calls
    "TF_ENABLE_ONEDNN_OPTS": "0",  # its convolutions; unless told, TensorFlow takes them on CPUs with VNNI only
}


def variables(told: Mapping[str, str]) -> dict[str, str]:
    """The environment variables to set where ``told`` are set already; what the user says there stays."""
    said = told.get("XLA_FLAGS", "").split()
    named = {flag.partition("=")[0] for flag in said}
    ours = [f"{name}={value}" for name, value in XLA.items() if name not in named]
    return ONEDNN | {name: told[name] for name in ONEDNN if name in told} | {"XLA_FLAGS": " ".join([*said, *ours])}
