"""A content-addressed store of stage results: cache and resume are one mechanism.

A result's folder is named by the sha256 of everything that determines it. It is built in a temporary folder and
published by one rename, so a killed run leaves nothing that a later run would trust.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def digest(material: Any) -> str:
    """sha256 of plain data (anything json writes), independent of key order."""
    return hashlib.sha256(json.dumps(material, sort_keys=True, default=str).encode()).hexdigest()


def file_digest(folder: Path) -> str:
    """sha256 over the names and bytes of every file below ``folder``."""
    sha = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = file.read_bytes()
        sha.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return sha.hexdigest()


class Store:
    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def default(cls) -> "Store":
        """``$EDGEFLOW_STORE``, else ``~/.cache/edgeflow``."""
        return cls(Path(os.environ.get("EDGEFLOW_STORE") or Path.home() / ".cache" / "edgeflow"))

    def stage(self, name: str, material: Any, build: Callable[[Path], None]) -> Path:
        """The folder of stage ``name`` for ``material``; calls ``build(folder)`` only if it is not stored yet."""
        final = self.root / name / digest(material)
        if final.is_dir():
            return final
        final.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
        try:
            build(work)
            try:
                work.rename(final)
            except OSError:
                if not final.is_dir():  # another process published the same content first: keep that
                    raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return final

    def has(self, name: str, material: Any) -> bool:
        return (self.root / name / digest(material)).is_dir()
