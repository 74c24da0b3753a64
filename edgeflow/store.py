"""A content-addressed store of stage results: cache and resume are one mechanism.

A result's folder is named by the sha256 of everything that determines it. It is built in a temporary folder and
published by one rename, so a killed run leaves nothing that a later run would trust. Who wants what another process
is building waits for it.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

SECONDS = ".seconds"  # how long the build took, kept beside its result
PACKAGE = Path(__file__).parent
Build = Callable[[Path], None]  # fills the folder that it is given
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def digest(material: Any) -> str:
    """sha256 of plain data (what json writes, and paths), in any key order. Raises TypeError for anything else."""
    return hashlib.sha256(json.dumps(material, sort_keys=True, default=_spelled).encode()).hexdigest()


def _spelled(value: Any) -> str:
    """An array's text leaves its middle out and an object's holds its address: neither may name a result."""
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"store: a {type(value).__name__} has no one spelling; give plain data or its digest")


def file_digest(folder: Path) -> str:
    """sha256 over the names and bytes of every file below ``folder``."""
    return _digest_of(folder, sorted(p for p in folder.rglob("*") if p.is_file()))


@cache
def code_digest(*parts: str) -> str:
    """sha256 of our own sources below ``edgeflow/<part>``: a stage's version that nobody can forget to raise."""
    files: list[Path] = []
    for part in parts:
        at = PACKAGE / part
        files += at.rglob("*.py") if at.is_dir() else [at]
    return _digest_of(PACKAGE, sorted(files))


def _digest_of(root: Path, files: Iterable[Path]) -> str:
    sha = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        sha.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return sha.hexdigest()


class Store:
    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def default(cls) -> "Store":
        """``$EDGEFLOW_STORE``, else ``~/.cache/edgeflow``."""
        return cls(Path(os.environ.get("EDGEFLOW_STORE") or Path.home() / ".cache" / "edgeflow"))

    def stage(self, name: str, material: Any, build: Build) -> Path:
        """The folder of stage ``name`` for ``material``; calls ``build(folder)`` only if it is not stored yet."""
        return self._stage(name, material, build, wait=True)

    def stages(self, name: str, wanted: Sequence[tuple[Any, Build]]) -> list[Path]:
        """Several results of one stage, each as ``stage`` gives it. What another process is building comes last:
        processes that want the same ones share the work."""
        for material, build in wanted:
            self._stage(name, material, build, wait=False)
        return [self._stage(name, material, build, wait=True) for material, build in wanted]

    def _stage(self, name: str, material: Any, build: Build, wait: bool) -> Path:
        final = self.root / name / digest(material)
        if final.is_dir():
            return final
        final.parent.mkdir(parents=True, exist_ok=True)
        with alone(final.with_name(f".lock-{final.name}"), wait) as ours:
            if ours and not final.is_dir():
                _build(build, final)
        return final

    def usual_seconds(self, name: str) -> float | None:
        """The median time of this stage's stored results: an honest guess for the next one. None if there are none."""
        times = [seconds(folder) for folder in (self.root / name).glob("[!.]*") if (folder / SECONDS).is_file()]
        return median(times) if times else None

    def has(self, name: str, material: Any) -> bool:
        return self.find(name, material) is not None

    def find(self, name: str, material: Any) -> Path | None:
        """The folder of a stage that is stored."""
        folder = self.root / name / digest(material)
        return folder if folder.is_dir() else None


def seconds(stage: Path) -> float:
    """How long the stage in this folder took when it was built."""
    return float((stage / SECONDS).read_text())


@contextmanager
def alone(path: Path, wait: bool = True) -> Iterator[bool]:
    """One process or thread at a time, by a lock on the file at ``path``; the kernel frees a killed one's.

    False, at once, if another one has it and we do not ``wait``. The file is gone afterwards. On a file system without
    locks there is no waiting: the first to publish wins.
    """
    lock = _locked(path, wait)
    if lock is None:
        yield False
        return
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)  # who waits for it sees that it is no longer the file of that name
        os.close(lock)


def _locked(path: Path, wait: bool) -> int | None:
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(lock)
            return None
        except BaseException as error:
            if not isinstance(error, OSError) or error.errno not in NO_LOCKS:
                os.close(lock)
                raise
            return lock
        if _is_named(lock, path):
            return lock
        os.close(lock)  # its holder removed it while we waited


def _is_named(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _build(build: Build, final: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
    try:
        started = time.monotonic()
        build(work)
        (work / SECONDS).write_text(f"{time.monotonic() - started:.3f}")
        _publish(work, final)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _publish(work: Path, final: Path) -> None:
    try:
        work.rename(final)
    except OSError:
        if not final.is_dir():  # another process published the same content first: keep that
            raise
