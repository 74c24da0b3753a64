"""Experiment trackers, one a file: ``open_tracker(name, folder) -> Tracker``; see ``_tracker.py``."""
