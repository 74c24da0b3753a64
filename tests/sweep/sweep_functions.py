"""Trial functions that take no time, and those that end badly; processes import them as ``sweep_functions``."""

import ctypes
import math
import os
import subprocess
import time
from pathlib import Path

from edgeflow.sweep._task import Figures, Task

BITS, UNITS = "student.hidden.0.weight_bits", "student.hidden.0.units"


def quick(task: Task) -> Figures:
    """More of anything is better, and dearer."""
    bits, units = task.point[BITS], task.point.get(UNITS, 8)
    error = 0.02 + 3 / (bits * units)
    macs = 64 * units + 10 * units
    return {"accuracy": 1 - error, "weight_bits": bits * macs, "macs": macs, "bit_operations": 4 * bits * macs}


def counted(task: Task) -> Figures:
    """Leaves a mark each time it is over; slow enough to be killed on the way."""
    time.sleep(0.15)
    figures = quick(task)
    with (Path(os.environ["SWEEP_MARKS"]) / str(task.number)).open("a") as mark:
        mark.write("ran\n")
    return figures


def slow(task: Task) -> Figures:
    print("asleep", flush=True)
    time.sleep(600)
    return quick(task)


def ending_badly(task: Task) -> Figures:
    """Each trial in its own way; those beyond the list well."""
    match task.number:
        case 0:
            ctypes.string_at(0)
        case 1:
            subprocess.run(["sleep", "600"], check=True, start_new_session=True)  # hangs in a program of its own
        case 2:
            hog = [bytearray(b"\1" * 2**24) for _ in range(1000)]
            time.sleep(600 + len(hog))
        case 3:
            raise ValueError("on purpose")
        case 4:
            os._exit(0)
        case 5:
            return quick(task) | {"accuracy": math.nan}
        case 6:
            raise SystemExit(3)
    return quick(task)


def disk_full_once(task: Task) -> Figures:
    """The kernel's own ENOSPC, until somebody frees space."""
    if task.number == 3 and not Path(os.environ["SWEEP_FREED"]).exists():
        with Path("/dev/full").open("w") as full:
            full.write("x")
    return quick(task)


def kills_its_server(task: Task) -> Figures:
    if task.number == 2:
        os.kill(os.getppid(), 9)
        time.sleep(60)
    return quick(task)


def environment(task: Task) -> Figures:
    print(os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ["OMP_NUM_THREADS"])
    return quick(task)
