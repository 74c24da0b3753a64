"""The steps of compression, one a file: its ``Section`` of the recipe, and ``run(lab, candidate, section)``."""
