"""Which point a trial tries, one sampler a file: ``point(sweep, number, finished, running) -> Point``."""
