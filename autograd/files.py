"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

_HOUR = 3600.0
_LEFT_BEHIND = re.compile(r"\.[0-9a-f]{16}\.chainrule")


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that it has all of its new content or, whatever happens, all of what it had before.

    The content goes into another file beside it, which takes its place when all of it is on the disk. A link stays a
    link, and a file keeps its mode and its owner. What is no file of a disk cannot be replaced, so it is written to: a
    device, a pipe, standard output.

    Arguments:
        path: where to.
        content: all that the file is to hold.

    Raises:
        OSError: if it cannot be written, also for a folder, for a file that is protected against writing, and for a
            pipe that nobody reads.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_whole(f"{folder}/note.txt", b"all of it")
        ...     Path(f"{folder}/note.txt").read_text()
        'all of it'
    """
    try:
        there = _status(path)
        if there is not None and stat.S_ISDIR(there.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        stream = None if there is None else _stream(there)
        if stream is not None:
            print(end="", flush=True)  # what was printed before comes before
            _pour(os.dup(stream), content)
        elif there is not None and not stat.S_ISREG(there.st_mode):
            _pour(_open_pipe(path) if stat.S_ISFIFO(there.st_mode) else os.open(path, os.O_WRONLY), content)
        else:
            _replace(Path(os.path.realpath(path)), content, there)
    except OSError as error:
        error.filename = os.fspath(path)  # the name that the caller knows
        del error.filename2
        raise


def is_standard_output(path: str | os.PathLike[str]) -> bool:
    """Whether what is written to this path and what is printed would meet in one file, as for /dev/stdout."""
    there = _status(path)
    return there is not None and _stream(there) == 1


def _status(path: str | os.PathLike[str]) -> os.stat_result | None:
    """What is there, or behind a link there, if anything."""
    try:
        return os.stat(os.fspath(path) or os.curdir)
    except FileNotFoundError:
        return None


def _stream(there: os.stat_result) -> int | None:
    """The descriptor of standard output or standard error, if the file is one of these."""
    for descriptor in (1, 2):
        with suppress(OSError):  # it may be closed
            if os.path.samestat(there, os.fstat(descriptor)):
                return descriptor
    return None


def _open_pipe(path: str | os.PathLike[str]) -> int:
    """A descriptor to write to. Without O_NONBLOCK, opening a pipe that nobody reads would wait for ever."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        raise OSError(error.errno, "nobody reads this pipe" if error.errno == errno.ENXIO else error.strerror) from None
    os.set_blocking(descriptor, True)
    return descriptor


def _pour(descriptor: int, content: bytes) -> None:
    with open(descriptor, "wb", buffering=0) as file:
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]


def _replace(target: Path, content: bytes, there: os.stat_result | None) -> None:
    """Put a file with this content in the place of the target."""
    if there is not None and not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    temporary = target.with_name(f".{secrets.token_hex(8)}.chainrule")
    try:
        with open(temporary, "xb") as file:
            if there is not None:
                if sys.platform != "win32":
                    with suppress(PermissionError):  # who may write to a file need not be able to give it away
                        os.chown(temporary, there.st_uid, there.st_gid)
                os.chmod(temporary, stat.S_IMODE(there.st_mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    _sweep(target.parent)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed while they wrote have left behind."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFT_BEHIND.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _HOUR:
                os.unlink(entry.path)
