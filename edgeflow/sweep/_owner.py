"""Who works on a trial, so that others can tell whether that process still lives."""

import os
import socket
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _machine() -> str:
    """Where a process number means the same process: host, boot and process name space."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"


def identity() -> dict[str, Any]:
    return {"machine": _machine(), "pid": os.getpid(), "started": started_at(os.getpid())}


def started_at(pid: int) -> int | None:
    """When the process started, in the kernel's ticks: tells it from a later one of the same number. None: gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
