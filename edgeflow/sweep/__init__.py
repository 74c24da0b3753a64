"""Sweeps: many trials of one recipe, in a folder that survives whatever kills the processes working on it.

plan.py      what is swept: SWEEP.yaml as a value            file.py     reads it, every mistake at its place
folder.py    the sweep's folder: claims, results             result.py   one finished trial
samplers/    which point a trial tries                       engines/    where trials run
drive.py     claims, starts and settles trials               trial.py    a recipe to its figures
front.py law.py next_point.py                                what the results say
"""
