"""Files: everything that writes one writes it whole or not at all, whatever happens in the middle."""

from __future__ import annotations

import ast
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value, draw, show
from autograd.__main__ import main
from autograd.files import write_whole

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, limits and devices of POSIX")


def graph(number: float) -> Value:
    x = Value(number, label="x")
    return x * x


WRITERS: dict[str, Callable[[str, float], object]] = {
    "model.npz": lambda path, number: nn.save(path, nn.MLP(2, [3, 1], seed=int(number))),
    "page.html": lambda path, number: show(graph(number), names=None).save(path),
    "command.html": lambda path, number: main(["x*x", f"x={number}", "--html", path]),
    "graph.svg": lambda path, number: draw(graph(number), names=None).save(path),
    "graph.dot": lambda path, number: draw(graph(number), names=None).save(path),
}
if find_spec("typst"):
    WRITERS["graph.png"] = lambda path, number: draw(graph(number), names=None).save(path)
    WRITERS["graph.pdf"] = lambda path, number: draw(graph(number), names=None).save(path)


def in_another_process(code: str) -> str:
    """What a fresh interpreter prints that has this module."""
    code = f"from tests.test_files import *\n{code}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment, check=True)
    return result.stdout.strip()


def fork(work: Callable[[], object]) -> int:
    """How a copy of this process ends that does the work: its exit status, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 1)
        finally:
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def at_most(size: int, action: signal.Handlers, work: Callable[[], object]) -> Callable[[], object]:
    """The work, where no file may become larger, and what the system does then: kill, or refuse as a full disk does."""
    import resource

    def limited() -> object:
        signal.signal(signal.SIGXFSZ, action)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            return work()

    return limited


def write_all_and_fail(folder: str, action: signal.Handlers) -> None:
    """Have every writer write, then write something else and fail in the middle; print what is left of it."""
    for name, write in WRITERS.items():
        path = f"{folder}/{name}"
        assert fork(at_most(10**9, signal.SIG_IGN, lambda w=write, p=path: w(p, 2.0))) == 0, name  # type: ignore[misc]
        before = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
        end = fork(at_most(100, action, lambda w=write, p=path: w(p, 3.0)))  # type: ignore[misc]
        assert end == (-signal.SIGXFSZ if action == signal.SIG_DFL else 0 if "command" in name else errno.EFBIG), name
        after = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
        print(name, [file for file in before if before[file] != after.get(file)], len(after) - len(before))
        for left in set(after) - set(before):
            os.remove(f"{folder}/{left}")


# --- every writer ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_process_killed_while_it_writes_leaves_every_old_file_whole(tmp_path: Path) -> None:
    printed = in_another_process(f"write_all_and_fail({str(tmp_path)!r}, signal.SIG_DFL)")
    assert printed.splitlines() == [f"{name} [] 1" for name in WRITERS]  # it could not remove its own, unnamed one


@pytest.mark.slow
def test_a_full_disk_leaves_every_old_file_whole_and_no_other(tmp_path: Path) -> None:
    printed = in_another_process(f"write_all_and_fail({str(tmp_path)!r}, signal.SIG_IGN)")
    assert printed.splitlines() == [f"{name} [] 0" for name in WRITERS]


@pytest.mark.slow
def test_nothing_else_in_the_packages_opens_a_file_to_write() -> None:
    found = []
    for package in (autograd, nn):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = ast.unparse(node.func).rsplit(".", 1)[-1]
                arguments = [*node.args, *(k.value for k in node.keywords)]
                if called in ("write_text", "write_bytes", "savefig") or (
                    called in ("open", "fdopen")
                    and any(ast.unparse(a).strip("'").strip("rb+t") in ("w", "a", "x") for a in arguments)
                ):
                    found.append(file.name)
    assert set(found) == {"files.py"}


@pytest.mark.slow
def test_kill_9_at_any_moment_leaves_one_content_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([letter]) * 3_000_000 for letter in b"ab"]
    write_whole(path, contents[0])
    loop = "import itertools\nfor i in itertools.count():\n    write_whole(path, bytes([b'ab'[i % 2]]) * 3_000_000)\n"
    code = f"from autograd.files import write_whole\npath = {str(path)!r}\nprint(flush=True)\n{loop}"
    for k in range(8):
        with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.003 + 0.007 * k)
            process.kill()
        assert path.read_bytes() in contents


# --- the file that is written ------------------------------------------------------------------------------------


def test_a_file_keeps_its_mode_and_a_new_one_has_that_of_the_umask(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"before")
    before = os.umask(0o027)
    try:
        for mode in (0o600, 0o664, 0o755):
            old.chmod(mode)
            write_whole(old, b"after")
            assert stat.S_IMODE(old.stat().st_mode) == mode
        write_whole(new, b"after")
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert old.read_bytes() == new.read_bytes() == b"after"


def test_a_link_stays_a_link_also_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "latest"
    link.symlink_to("folder/target")
    for content in (b"first", b"second"):
        write_whole(link, content)
        assert link.is_symlink()
        assert (tmp_path / "folder/target").read_bytes() == content
    assert os.listdir(tmp_path / "folder") == ["target"]


@pytest.mark.slow
def test_a_file_that_is_protected_is_left_as_it_is() -> None:
    as_somebody = """
import tempfile
with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o777)
    path = Path(folder, "mine")
    path.write_bytes(b"before")
    path.chmod(0o444)
    end = fork(lambda: (os.geteuid() or os.setuid(65534), write_whole(path, b"after")))
    print(end, path.read_bytes(), os.listdir(folder))
"""
    assert in_another_process(as_somebody) == f"{errno.EACCES} b'before' ['mine']"


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_whole(path, b"all")
    assert path.read_bytes() == b"all"


def test_an_interrupt_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "file"
    write_whole(path, b"before")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["file"]


def test_what_a_killed_process_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    old, young, foreign = (
        tmp_path / f".{c * 16}{end}" for c, end in (("a", ".chainrule"), ("b", ".chainrule"), ("c", ""))
    )
    for file in (old, young, foreign):
        file.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    for file in (old, foreign):
        os.utime(file, (two_hours_ago, two_hours_ago))
    write_whole(tmp_path / "file", b"all")
    assert sorted(os.listdir(tmp_path)) == [young.name, foreign.name, "file"]  # a young one may still be written


def test_threads_that_write_one_file_leave_the_content_of_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([letter]) * 100_000 for letter in b"abcd"]
    threads = [threading.Thread(target=lambda c=c: [write_whole(path, c) for _ in range(10)]) for c in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert not path.exists() or path.read_bytes() in contents
    assert os.listdir(tmp_path) == ["file"]


# --- what is no file of a disk -----------------------------------------------------------------------------------


def test_a_device_is_written_to_and_not_replaced() -> None:
    before = os.stat("/dev/null")
    write_whole("/dev/null", b"nothing")
    assert os.path.samestat(before, os.stat("/dev/null"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_device_is_an_error_that_names_it() -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole("/dev/full", b"something")


def test_a_pipe_gets_everything(tmp_path: Path) -> None:
    pipe, content = tmp_path / "pipe", bytes(range(256)) * 4096  # more than a pipe holds
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    deadline = time.monotonic() + 60
    while not received and time.monotonic() < deadline:
        try:
            write_whole(pipe, content)
            reader.join(60)
        except OSError:  # the reader has not opened it yet
            time.sleep(0.01)
    assert received == [content]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"nobody reads this pipe: '.*pipe'"):
        write_whole(tmp_path / "pipe", b"content")


@pytest.mark.parametrize("redirected", [False, True])
def test_standard_output_holds_what_was_printed_before_and_after(redirected: bool, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from autograd.files import write_whole; "
        "print('before'); write_whole('/dev/stdout', b'page\\n'); print('after')"
    )
    file = tmp_path / "printed"
    with file.open("wb") as output:
        target = output if redirected else subprocess.PIPE
        result = subprocess.run([sys.executable, "-c", code], stdout=target, check=True)
    assert (file.read_bytes() if redirected else result.stdout) == b"before\npage\nafter\n"
    assert os.listdir(tmp_path) == ["printed"]


# --- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", IsADirectoryError),
        (".", IsADirectoryError),
        ("nowhere/file", FileNotFoundError),
        ("file/file", NotADirectoryError),
        ("n" * 256, OSError),
        ("loop", OSError),
    ],
)
def test_an_error_names_the_file_that_was_asked_for(
    name: str, error: type[OSError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"before")
    Path("loop").symlink_to("loop")
    with pytest.raises(error) as raised:
        write_whole(name, b"after")
    assert raised.value.filename == name
    assert str(raised.value).endswith(f": {name!r}")
    assert sorted(os.listdir()) == ["file", "loop"]
    assert Path("file").read_bytes() == b"before"


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_a_page_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"a page needs a name, such as page.html, not"):
        show(graph(2.0), names=None).save(name)
