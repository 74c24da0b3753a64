"""A run's design as a vendor's project: ``edgeflow export RUN --to vivado``."""
