"""Device families: which tools make a bitstream for a device, and what its cells are called. One family a file."""
