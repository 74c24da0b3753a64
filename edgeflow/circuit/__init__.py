"""Combinational integer circuits: what kernels describe when they are unrolled, before anything is scheduled."""
