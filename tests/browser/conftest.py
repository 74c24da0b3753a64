"""Collected only where a browser can be driven; no package index has one: ``make test-browser`` says what to do."""

import shutil
from importlib.util import find_spec

CHROMIUM = shutil.which("chromium")

collect_ignore_glob = [] if CHROMIUM and find_spec("playwright") else ["test_*.py"]
