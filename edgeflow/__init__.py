"""edgeflow: from a float network to a verified FPGA bitstream, with nothing but pip."""

__version__ = "0.1.0"
