"""The same program on other array libraries, and a batch split over workers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd import functions as fn
from autograd.compiler import Program, compile
from tests.compiler.networks import Network, cross_entropy
from tests.compiler.oracle import assert_close
from tests.peers import peer

X = np.random.default_rng(0).normal(size=(12, 5))


def classifier() -> Program:
    """A classifier, with a term for every function that libraries spell in their own way."""
    x, t = [Value(0.1) for _ in range(3)], [Value(0.2), Value(0.8)]
    network = Network([3, 4, 2], ["tanh", "linear"], "linear", seed=0)
    z = network(x)
    odd = fn.fsum(
        [fn.relu(z[0]), fn.leaky_relu(z[1], 0.1), fn.xlogy(t[0], z[0] * z[0] + 0.1), fn.softmax([z[1], 0.5])[0]]
    )
    odd = (
        odd + fn.swish(x[0]) * fn.step(x[1]) + fn.softplus(x[2]) * fn.sign(x[1]) + fn.minimum(x[0], 0.2) + fn.elu(z[0])
    )
    loop = fn.fsum([fn.sin(network.parameters[0] * c) for c in (0.1, 0.2, 0.3, 0.4)])
    weights = fn.dot([network.parameters[3], network.parameters[0], network.parameters[7]], x)
    return compile(cross_entropy(z, t) + odd + loop + weights + fn.dot([z[1], z[0]], [z[0], x[2]]), [*x, *t])


def as_numpy(array: Any) -> Any:
    return np.asarray(array)


@pytest.mark.parametrize("library", ["array_api_strict", "torch", "dask.array", "jax.numpy"])
def test_the_program_runs_on_arrays_of_other_libraries(library: str) -> None:
    peer("array_api_compat")
    if library.startswith("jax"):
        peer("jax").config.update("jax_enable_x64", True)
    xp = peer(library)
    program = classifier()
    value, gradient = program.value_and_grad(X)
    given = xp.from_array(X, chunks=(4, 5)) if library.startswith("dask") else xp.asarray(X)
    their_value, their_gradient = program.value_and_grad(given)
    assert type(their_gradient) is type(given)
    assert_close(float(their_value), value)
    assert_close(as_numpy(their_gradient), gradient)
    assert type(program(given)) is type(given)
    assert_close(as_numpy(program(given)), program(X))


def test_parameters_can_stay_in_the_other_library() -> None:
    torch = peer("torch")
    program = classifier()
    theta = torch.asarray(program.theta.copy())
    for _ in range(3):
        theta -= 0.01 * program.value_and_grad(torch.asarray(X), theta)[1]
        program.theta -= 0.01 * program.value_and_grad(X)[1]
    assert_close(theta.numpy(), program.theta)


def test_constant_outputs_come_as_arrays_of_the_library() -> None:
    torch = peer("torch")
    x, w = Value(0.1), Value(0.2)
    result = compile([w, w * 2.0, x], [x])(torch.ones((2, 1), dtype=torch.float64))
    assert result.tolist() == [[0.2, 0.4, 1.0], [0.2, 0.4, 1.0]]


def test_whole_numbers_of_another_library_are_refused() -> None:
    torch = peer("torch")
    with pytest.raises(TypeError, match=r"X holds torch\.int64; give numbers with a fraction"):
        classifier()(torch.ones((2, 5), dtype=torch.int64))


def test_without_array_api_compat_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = peer("torch")
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(ImportError, match="pip install array-api-compat"):
        classifier()(torch.ones((2, 5), dtype=torch.float64))


def test_jax_compiles_the_program_further() -> None:
    jax = peer("jax")
    jax.config.update("jax_enable_x64", True)
    program = classifier()
    value, gradient = jax.jit(program.value_and_grad)(jax.numpy.asarray(X), jax.numpy.asarray(program.theta))
    ours = program.value_and_grad(X)
    assert_close(float(value), ours[0])
    assert_close(as_numpy(gradient), ours[1])


@pytest.mark.filterwarnings("ignore")
def test_a_batch_split_over_the_workers_of_a_cluster_gives_the_same_gradient() -> None:
    distributed = peer("distributed")
    program = classifier()
    value, gradient = program.value_and_grad(X)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        parts = client.gather(client.map(program.value_and_grad, [X[:6], X[6:]]))
    assert_close(np.mean([v for v, _ in parts]), value)
    assert_close(np.mean([g for _, g in parts], axis=0), gradient)


SHARDED = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from tests.compiler.test_libraries import X, classifier
assert len(jax.devices()) == 4
mesh = Mesh(np.array(jax.devices()), ("batch",))
program = classifier()
split = jax.device_put(X, NamedSharding(mesh, PartitionSpec("batch")))
value, gradient = jax.jit(program.value_and_grad)(split, jax.numpy.asarray(program.theta))
ours = program.value_and_grad(X)
assert abs(float(value) - ours[0]) < 1e-12 * abs(ours[0])
assert np.max(np.abs(np.asarray(gradient) - ours[1])) < 1e-12 * np.max(np.abs(ours[1]))
print(len(split.sharding.device_set), "devices")
"""


def test_a_batch_split_over_several_devices_gives_the_same_gradient() -> None:
    peer("jax")
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=4", "PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", SHARDED], capture_output=True, text=True, env=environment)
    assert done.stdout == "4 devices\n", done.stderr
