"""Where trials run, one engine a file: ``open_engine(plan, options) -> Engine``; see ``_engine.py``."""
