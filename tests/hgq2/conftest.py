"""Collected only where HGQ2 is: it cannot share an environment with QKeras. ``make test-hgq2`` makes one."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("hgq") else ["test_*.py"]
