"""How weights and biases start, drawn from a `numpy.random.Generator`."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

from nn.data import check_number
from nn.numerics import np
from nn.suggest import chosen, lookup

Seed: TypeAlias = "int | np.random.Generator | None"


class Initialiser(ABC):
    """Draws the weights of a layer, and its biases, which are 0 where a class does not say otherwise.

    For one of your own, derive from it and define ``weights``.
    """

    @abstractmethod
    def weights(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[list[float]]:
        """One row of ``n_inputs`` weights for each of the ``n_outputs`` neurons."""

    def biases(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[float]:
        """One bias for each neuron."""
        return [0.0] * n_outputs


@dataclass(frozen=True)
class Uniform(Initialiser):
    """Every weight between ``low`` and ``high``, all equally likely; biases 0.

    Arguments:
        low, high: the ends of the interval, -1 and 1 by default.

    Example:
        >>> rows = Uniform(-0.5, 0.5).weights(generator(0), n_inputs=2, n_outputs=1)
        >>> all(-0.5 <= w < 0.5 for w in rows[0])
        True
    """

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        check_number("low", self.low)
        check_number("high", self.high, above=self.low)

    def weights(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[list[float]]:
        """See `Initialiser.weights`."""
        return rng.uniform(self.low, self.high, (n_outputs, n_inputs)).tolist()


@dataclass(frozen=True)
class AtRandom(Uniform):
    """The documents' "at random": weights *and* biases between ``low`` and ``high``.

    Source: lecture, step 0 of the backpropagation algorithm; notes 4.2.2.
    """

    def biases(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[float]:
        """See `Initialiser.biases`."""
        return rng.uniform(self.low, self.high, n_outputs).tolist()


@dataclass(frozen=True)
class Xavier(Initialiser):
    """Weights of variance 2/(n_inputs + n_outputs), which keeps signals and gradients alike in size; biases 0.

    For sigmoid, tanh and linear layers.

    Arguments:
        distribution: "uniform" (the default, between ±sqrt(6/(n_inputs + n_outputs))) or "normal".

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).
    """

    distribution: str = "uniform"

    def __post_init__(self) -> None:
        lookup("distribution", self.distribution, _DRAW)

    def weights(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[list[float]]:
        """See `Initialiser.weights`."""
        return _drawn(rng, self.distribution, 2.0 / (n_inputs + n_outputs), n_inputs, n_outputs)


@dataclass(frozen=True)
class He(Initialiser):
    """Weights of variance 2/n_inputs, since a ReLU drops half of its signal; biases 0. For ReLU and its kin.

    Arguments:
        distribution: "normal" (the default) or "uniform".
        slope: the activation's slope below 0 (alpha of a leaky ReLU); the variance is 2/((1 + slope**2) n_inputs).

    Source: He et al., Delving Deep into Rectifiers (2015).
    """

    distribution: str = "normal"
    slope: float = 0.0

    def __post_init__(self) -> None:
        lookup("distribution", self.distribution, _DRAW)
        check_number("slope", self.slope)

    def weights(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[list[float]]:
        """See `Initialiser.weights`."""
        variance = 2.0 / ((1.0 + self.slope**2) * n_inputs)
        return _drawn(rng, self.distribution, variance, n_inputs, n_outputs)


@dataclass(frozen=True)
class Constant(Initialiser):
    """Every weight and bias the same number, 0 by default.

    The neurons of a layer that starts so compute the same, get the same gradients, and stay the same: it shows why
    weights start at random.
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        check_number("value", self.value)

    def weights(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[list[float]]:
        """See `Initialiser.weights`."""
        return [[float(self.value)] * n_inputs for _ in range(n_outputs)]

    def biases(self, rng: np.random.Generator, n_inputs: int, n_outputs: int) -> list[float]:
        """See `Initialiser.biases`."""
        return [float(self.value)] * n_outputs


INITIALISERS: dict[str, type[Initialiser]] = {
    "uniform": Uniform,
    "at_random": AtRandom,
    "xavier": Xavier,
    "glorot": Xavier,
    "he": He,
    "constant": Constant,
    "zeros": Constant,
}

InitialiserChoice: TypeAlias = "str | Initialiser | type[Initialiser]"


def get(initialiser: InitialiserChoice) -> Initialiser:
    """An initialiser from its name, its class or itself.

    Raises:
        ValueError: for an unknown name, with the nearest known ones.
        TypeError: for anything else.

    Example:
        >>> get("he")
        He(distribution='normal', slope=0.0)
    """
    taken = "an initialiser is a name such as 'he' or an object such as Uniform(-1, 1)"
    return chosen("initialiser", initialiser, Initialiser, INITIALISERS, taken)


def generator(seed: Seed) -> np.random.Generator:
    """The generator for a seed: the same numbers for the same seed; a generator as it is; fresh numbers for None.

    Those for None are seeded from Python's ``random``, so that ``random.seed(1)`` before it makes a program repeat
    itself, as in micrograd, and each call still gives others.

    Raises:
        TypeError: for anything but a whole number from 0 on, a `numpy.random.Generator` and None.
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng(random.getrandbits(128))
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0:
        return np.random.default_rng(int(seed))
    raise TypeError(
        f"a seed is a whole number from 0 on, a numpy.random.Generator or None, not {seed!r}; "
        "write numpy.random.default_rng(0) for a generator"
    )


_DRAW = {"uniform": "uniform", "normal": "normal"}


def _drawn(
    rng: np.random.Generator, distribution: str, variance: float, n_inputs: int, n_outputs: int
) -> list[list[float]]:
    """Rows of weights around 0 with this variance."""
    shape = (n_outputs, n_inputs)
    if lookup("distribution", distribution, _DRAW) == "normal":
        return rng.normal(0.0, sqrt(variance), shape).tolist()
    limit = sqrt(3.0 * variance)  # a uniform variable within ±limit has variance limit**2 / 3
    return rng.uniform(-limit, limit, shape).tolist()
