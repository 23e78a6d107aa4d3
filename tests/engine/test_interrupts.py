"""Ctrl-C at every place, and threads: a reverse pass and a mode are there whole or not at all."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from opcode import opname
from os.path import dirname
from types import FrameType
from typing import Any

import pytest

import autograd
from autograd import Value, detect_anomaly, functions, grad, no_grad
from autograd.engine import graph as graph_module
from autograd.engine.modes import Modes, current_modes

PACKAGE = dirname(autograd.__file__)


def interrupted_at(place: int, run: Callable[[], Any]) -> bool:
    """Run with a KeyboardInterrupt at the given place of the package's code; False once it is through.

    CPython looks for signals where a function begins, after a call, and where a loop goes back: these are the places.
    """
    count = 0
    previous: dict[FrameType, str] = {}

    def trace(frame: FrameType, kind: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        if kind == "call" or (kind == "opcode" and previous.get(frame, "").startswith(("CALL", "JUMP_BACKWARD"))):
            count += 1
            if count == place:
                sys.settrace(None)
                raise KeyboardInterrupt
        if kind == "opcode":
            previous[frame] = opname[frame.f_code.co_code[frame.f_lasti]]
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def graph() -> tuple[Value, list[Value], list[Value]]:
    """A root with every kind of record, its leaves and its inner nodes."""
    w, x, b = Value(0.5), Value(-1.5), Value(0.25)
    z = functions.dot([w, 2.0], [x, w], bias=b)
    a = z.maximum(0.1 * z)
    y = a * b + w / x
    p = functions.softmax([y, z, 1.0])[1]
    root = p.where(y.tanh(), 1.0) * functions.stop_gradient(w)
    return root, [w, x, b], [z, a, y, p]


def test_ctrl_c_anywhere_in_a_reverse_pass_leaves_what_every_leaf_held_or_all_of_the_new() -> None:
    root, leaves, inner = graph()
    root.backward()
    once = [leaf.grad for leaf in leaves]
    at_inner = [node.grad for node in inner]
    event, done = 0, False
    while not done:
        event += 1
        for leaf, grad_before in zip(leaves, once, strict=True):
            leaf.grad = grad_before
        done = not interrupted_at(event, root.backward)
        held = [leaf.grad for leaf in leaves]
        assert held in (once, [2.0 * g for g in once]), f"interrupted at place {event}"
        assert [node.grad for node in inner] == at_inner
    assert event > 50


@pytest.mark.parametrize("mode", [no_grad, detect_anomaly])
def test_ctrl_c_anywhere_at_a_block_s_two_ends_leaves_no_mode_behind(mode: Any) -> None:
    def enter_and_leave() -> None:
        with mode():
            pass

    event, done = 0, False
    while not done:
        event += 1
        done = not interrupted_at(event, enter_and_leave)
        assert current_modes() == Modes(), f"interrupted at place {event}"
        assert (Value(2.0) * 3.0).depth == 1
    assert event > 5


def test_ctrl_c_anywhere_in_grad_leaves_the_collector_and_the_next_call_as_they_were() -> None:
    thresholds = gc.get_threshold()
    event, done = 0, False
    while not done:
        event += 1
        done = not interrupted_at(event, lambda: grad(lambda x: x * x.sigmoid())(2.0))
        assert gc.get_threshold() == thresholds
        assert grad(lambda x: x * x)(3.0) == 6.0
        assert float(Value(2.0) * 1.0) == 2.0  # no call counts as open
    assert event > 50


def test_a_pass_in_the_middle_of_another_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(2.0)
    root = x * x
    real = graph_module.depth_of

    def finalizer(node: Value) -> int:
        with pytest.raises(RuntimeError, match="in the middle of another"):
            (x * 3.0).backward()
        return real(node)

    monkeypatch.setattr(graph_module, "depth_of", finalizer)
    root.backward()
    assert x.grad == 4.0


def test_passes_of_several_threads_over_shared_leaves_add_up() -> None:
    w = [Value(0.1 * i) for i in range(5)]
    n, threads = 200, 4

    def work(_: int) -> None:
        for _ in range(n):
            functions.fsum([v * v for v in w]).backward()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    finally:
        sys.setswitchinterval(interval)
    for v in w:
        assert v.grad == pytest.approx(n * threads * 2.0 * v.data, rel=1e-12)  # 800 additions of 1e-16 each


IN_A_FORK = """
import os, sys, threading
from autograd import Value
from autograd.engine import graph

held, release = threading.Event(), threading.Event()

def hold():
    with graph._one_pass_at_a_time:
        held.set()
        release.wait(30.0)

threading.Thread(target=hold).start()
held.wait(30.0)
child = os.fork()
if not child:
    x = Value(3.0)
    (x * x).backward()
    os._exit(0 if x.grad == 6.0 else 1)
_, status = os.waitpid(child, 0)
release.set()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_process_forked_in_the_middle_of_a_pass_can_run_passes_of_its_own() -> None:
    finished = subprocess.run([sys.executable, "-W", "ignore", "-c", IN_A_FORK], timeout=60.0, check=False)
    assert finished.returncode == 0


# --- the collector -----------------------------------------------------------------------------------------------


def test_the_collector_rests_while_grad_works_and_then_is_as_it_was() -> None:
    inside: list[int] = []

    def f(x: Any) -> Any:
        inside.append(gc.get_threshold()[0])
        return x * grad(lambda v: v * v)(2.0)

    before = gc.get_threshold()
    assert grad(f)(1.0) == 4.0
    assert inside == [0]
    assert gc.get_threshold() == before
    with pytest.raises(KeyError):
        grad(lambda x: {}[x])(1.0)
    assert gc.get_threshold() == before


def test_a_collector_that_the_caller_switched_off_stays_off() -> None:
    gc.disable()
    try:
        grad(lambda x: x * x)(1.0)
        assert not gc.isenabled()
    finally:
        gc.enable()

    def switches_it_off(x: Any) -> Any:
        gc.disable()
        return x * x

    try:
        grad(switches_it_off)(1.0)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_calls_of_several_threads_leave_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda i: grad(lambda x: x * x)(float(i)), range(200)))
    assert results == [2.0 * i for i in range(200)]
    assert gc.get_threshold() == before
