"""`Snapshots`: the parameters of a model at some epochs of its training, in bounded space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nn.data import FloatArray

MOST = 100  # snapshots
MOST_NUMBERS = 1_000_000  # in all of them together: 8 MB


class Snapshot(NamedTuple):
    """The parameters after an epoch; epoch 0 is before training."""

    epoch: int
    state: dict[str, float]


class Snapshots:
    """The parameters after evenly spaced epochs, the first one and the last one among them.

    At first every epoch is kept. When there are as many as may be, every second one is dropped, and from then on half
    as many are taken. The last epoch is always there.

    Arguments:
        names: the names of the parameters, in the order of the arrays that `take` is given.
        at_most: how many to keep, at least 2; fewer for so many parameters that they would hold more than a million
            numbers, but always the first and the last.

    Example:
        >>> from numpy import array
        >>> snapshots = Snapshots(["w", "b"], at_most=4)
        >>> for epoch in range(12):
        ...     snapshots.take(epoch, array([0.5 * epoch, 1.0]))
        >>> snapshots.epochs
        [0, 4, 8, 11]
        >>> snapshots[-1]
        Snapshot(epoch=11, state={'w': 5.5, 'b': 1.0})
    """

    def __init__(self, names: Sequence[str], at_most: int = MOST) -> None:
        self.names = list(names)
        self.at_most = max(2, min(at_most, MOST_NUMBERS // max(1, len(self.names))))
        self.stride = 1
        self._kept: list[tuple[int, FloatArray]] = []
        self._last: tuple[int, FloatArray] | None = None

    def take(self, epoch: int, theta: FloatArray) -> None:
        """Note the parameters after an epoch; epochs come in rising order."""
        self._last = epoch, theta.copy()
        if epoch % self.stride == 0:
            self._kept.append(self._last)
        if len(self._kept) >= self.at_most:  # one place is for the last epoch
            self.stride *= 2
            self._kept = [(at, kept) for at, kept in self._kept if at % self.stride == 0]

    def arrays(self) -> list[tuple[int, FloatArray]]:
        """Epochs, and the parameters after them as one array in the order of ``names``."""
        return [*self._kept, *([self._last] if self._last and self._last[0] % self.stride else [])]

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept."""
        return [epoch for epoch, _ in self.arrays()]

    def __len__(self) -> int:
        return len(self.arrays())

    def __getitem__(self, index: int) -> Snapshot:
        epoch, theta = self.arrays()[index]
        return Snapshot(epoch, dict(zip(self.names, theta.tolist(), strict=True)))

    def __repr__(self) -> str:
        return f"Snapshots({len(self)} of {len(self.names)} parameters, at epochs {_listed(self.epochs)})"


def _listed(epochs: list[int]) -> str:
    """Epochs in a few words."""
    shown = [*map(str, epochs)]
    return ", ".join(shown if len(shown) < 6 else [*shown[:2], "...", shown[-1]])
