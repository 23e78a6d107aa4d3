"""Models in files: `save`, `load`, `load_optimizer`.

A file is an npz archive, a zip of NumPy arrays: ``header``, the bytes of a JSON text with the architecture and the
names of the parameters, ``parameters``, their numbers in that order, and the arrays of an optimizer's state, if any.
Nothing in it can run code, and what is read is checked against the size of the file before memory is asked for.
"""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.files import write_whole
from autograd.public import __version__
from nn import layers, optimizers, schedules
from nn.data import FloatArray, check_number
from nn.module import Module
from nn.numerics import np
from nn.optimizers import Optimizer

if TYPE_CHECKING:
    import numpy.typing as npt

PathLike: TypeAlias = "str | os.PathLike[str]"

FORMAT = "chainrule model"
FORMAT_VERSION = 1
LARGEST_FILE = 1 << 30
"""What `load` reads at most, in bytes, unless it is told otherwise."""


_UNFIT = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What may be raised by a description that says anything."""

_SETTING = "allow_pickle.npy"
"""What `save` of earlier versions put into the archive by mistake, where NumPy was older than 2.2; nobody reads it."""


class FileError(ValueError):
    """A file that `load` cannot or will not read; the message says why.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "model.npz"
        >>> _ = path.write_text("no model")
        >>> load(path)
        Traceback (most recent call last):
        ...
        nn.serialization.FileError: ...
    """


def save(path: PathLike, model: Module, optimizer: Optimizer | None = None) -> None:
    """Write a model to a file: architecture, parameters, and the state of an optimizer if one is given.

    The file appears at once and whole: a crash in the middle leaves the old one, if there was one.

    Arguments:
        path: the file; it is used as it is, so give it the ending .npz.
        model: a model that describes its architecture, as those of this package do.
        optimizer: the one that trained it, to go on later where it stopped.

    Raises:
        TypeError: for a model without ``architecture()``, or without the base class `nn.Module`.
        ValueError: for a parameter that is NaN or infinite: no such model can be used again. For the optimizer of a
            model of another size.
        OSError: if the file cannot be written.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from nn.layers import MLP
        >>> path = Path(tempfile.mkdtemp()) / "model.npz"
        >>> save(path, MLP(2, [3, 1], seed=0))
        >>> load(path)
        MLP(2 → 3 tanh → 1 linear, 13 parameters)
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"save takes a model of nn, and {type(model).__name__} has no base class; derive it from nn.Module "
            "and define architecture(), or keep its numbers: [p.data for p in model.parameters()]"
        )
    state = {name: check_number(f"parameter {name}", number) for name, number in model.state_dict().items()}
    header: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "written by": f"chainrule {__version__}",
        "architecture": model.architecture(),
        "names": list(state),
    }
    arrays: dict[str, Any] = {"parameters": np.array(list(state.values()), dtype="<f8")}
    if optimizer is not None:
        kept = optimizer.state_dict()
        sizes = {array.size for array in kept["state"].values()}
        if sizes - {len(state)}:
            raise ValueError(
                f"the state of this {type(optimizer).__name__} is for {max(sizes)} parameters, and the model has "
                f"{len(state)}; save each model with the optimizer that trained it"
            )
        header["optimizer"] = schedules.configuration(optimizer)
        header["progress"] = {name: kept[name] for name in ("steps", "epochs", "schedule")}
        arrays |= {f"optimizer.{name}": array.astype("<f8") for name, array in kept["state"].items()}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)  # before NumPy 2.2 allow_pickle=False would be one more array
    write_whole(path, file.getvalue())


def load(path: PathLike, into: Module | None = None, largest: int = LARGEST_FILE) -> Module:
    """Read a model from a file that `save` wrote. Nothing in the file can run code.

    Arguments:
        path: the file.
        into: a model of the same architecture that is to take the parameters; a new one by default.
        largest: the size in bytes up to which a file is read.

    Returns:
        The model.

    Raises:
        FileError: for a file that is truncated, damaged, too large, or not of this kind, or that holds another
            architecture than ``into``, whose parameters are then as they were.
        OSError: if there is no such file.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from nn.layers import MLP
        >>> path = Path(tempfile.mkdtemp()) / "model.npz"
        >>> model = MLP(2, [3, 1], seed=0)
        >>> save(path, model)
        >>> load(path).state_dict() == model.state_dict()
        True
    """
    file = _File(path, largest)
    names, numbers = file.entry("names", list), file.floats("parameters")
    if len(names) != len(numbers) or not all(isinstance(name, str) for name in names) or len({*names}) != len(names):
        raise FileError(f"{path} has {len(names)} names for {len(numbers)} parameters; it is damaged: save it again")
    architecture = file.entry("architecture", dict)
    if into is not None:
        wanted = _as_in_json(into.architecture())
        # one that an earlier version has described in another way is the same when it is built
        if wanted not in (architecture, _rebuilt(architecture, len(into.parameters()))[1]):
            raise FileError(
                f"{path} holds another architecture than the model to load it into: "
                f"{_rebuilt(architecture, 1_000_000)[0]}, not {into!r}. "
                "Use load(path) without a model, or build one of the same architecture"
            )
    with file.describes("a model"):
        model = layers.build(architecture, most=len(names)) if into is None else into
        model.load_state_dict(dict(zip(names, numbers.tolist(), strict=True)))
    return model


def load_optimizer(path: PathLike, largest: int = LARGEST_FILE) -> Optimizer:
    """Read the optimizer from a file that `save` wrote, with its settings, schedule and state.

    Arguments and errors are as for `load`; it is an error too if the file holds no optimizer.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from nn.layers import MLP
        >>> path = Path(tempfile.mkdtemp()) / "model.npz"
        >>> save(path, MLP(2, [3, 1], seed=0), optimizers.Adam(0.01))
        >>> load_optimizer(path)
        Adam(lr=0.01)
    """
    file = _File(path, largest)
    if "optimizer" not in file.header:
        raise FileError(f"{path} holds a model alone; to keep the optimizer too write save(path, model, optimizer)")
    description, progress = file.entry("optimizer", dict), file.entry("progress", dict)
    names = [name for name in file.arrays if name.startswith("optimizer.")]
    kept = {name.removeprefix("optimizer."): file.floats(name) for name in names}
    if any(len(array) != len(file.floats("parameters")) for array in kept.values()):
        raise FileError(f"{path} is damaged: the optimizer's state is for another number of parameters")
    with file.describes("an optimizer"):
        optimizer = optimizers.build(description)
        optimizer.load_state_dict({**progress, "state": kept})
    return optimizer


class _File:
    """A file that `save` wrote, as far as that can be told without building anything.

    Attributes:
        header: what the JSON text says.
        arrays: the other arrays by name, flat, of floats or bytes.

    Raises:
        FileError: as `load`.
    """

    def __init__(self, path: PathLike, largest: int) -> None:
        self.path = path
        there = os.stat(path)
        if stat.S_ISFIFO(there.st_mode) or stat.S_ISCHR(there.st_mode):  # to open one may wait for ever
            raise self.foreign("it is a pipe or a device; copy what comes out of it first")
        size = there.st_size
        if size > largest:
            raise FileError(
                f"{path} has {size} bytes, more than the {largest} allowed; if you trust it, set largest={size}"
            )
        with open(path, "rb") as file:
            try:
                archive = zipfile.ZipFile(file)
                entries = [entry for entry in archive.infolist() if entry.filename != _SETTING]
                if sum([entry.file_size for entry in entries]) > size:
                    raise self.foreign("its parts are larger than the whole")
                self.arrays = {entry.filename.removesuffix(".npy"): self._array(archive, entry) for entry in entries}
            except FileError:
                raise
            except Exception as error:  # a damaged archive may trip zipfile anywhere: a name that is no UTF-8, a date
                raise FileError(f"{path} is truncated or damaged, or no file that save() wrote: {error}") from error
        try:
            self.header = json.loads(self.arrays["header"].tobytes())
        except (KeyError, ValueError, RecursionError) as error:
            raise self.foreign("it has no readable header") from error
        if not isinstance(self.header, dict) or self.header.get("format") != FORMAT:
            raise self.foreign(f"its header does not say {FORMAT!r}")
        if (version := self.header.get("version")) != FORMAT_VERSION:
            raise FileError(
                f"{path} is of version {version!r} of the format, this program reads {FORMAT_VERSION}; "
                "read it with the program that wrote it, or upgrade this one"
            )

    def foreign(self, why: str) -> FileError:
        """The error for a file of another kind."""
        return FileError(f"{self.path} is no file that save() wrote: {why}")

    def _array(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> npt.NDArray[Any]:
        """One array. No entry is compressed, so none is larger than the file."""
        name = f"{entry.filename!r:.60}"
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise self.foreign(f"{name} in it is compressed")
        data = io.BytesIO(archive.read(entry))
        try:
            np.lib.format.read_magic(data)
            shape, _, dtype = np.lib.format.read_array_header_1_0(data)
            (count,) = shape
        except Exception:  # whatever a header may hold
            count, dtype = 0, np.dtype(object)
        if dtype.str not in ("<f8", "|u1"):
            raise self.foreign(f"{name} in it is no array of that kind")
        numbers = data.read()
        if len(numbers) != count * dtype.itemsize:
            raise FileError(f"{self.path} is damaged: {name} has {len(numbers)} bytes for {count} entries")
        return np.frombuffer(numbers, dtype=dtype)

    def floats(self, name: str) -> FloatArray:
        """An array of floats that must be there."""
        if name not in self.arrays or self.arrays[name].dtype.kind != "f":
            raise FileError(f"{self.path} is damaged: it lacks the array {name!r:.60}")
        return self.arrays[name]

    def entry(self, key: str, kind: type) -> Any:
        """An entry of the header that must be there."""
        if not isinstance(self.header.get(key), kind):
            raise FileError(f"{self.path} is damaged: its header lacks {key!r}")
        return self.header[key]

    @contextmanager
    def describes(self, what: str) -> Iterator[None]:
        """Inside the block is built what the file describes."""
        try:
            yield
        except _UNFIT as error:
            raise FileError(f"{self.path} does not describe {what}: {error}") from error


def _rebuilt(architecture: Mapping[str, Any], most: int) -> tuple[str, Any]:
    """What a description stands for, as one reads it, and how that describes itself now."""
    try:
        twin = layers.build(architecture, most)
        return repr(twin), _as_in_json(twin.architecture())
    except _UNFIT:
        return "something else", None


def _as_in_json(description: Any) -> Any:
    """A description as it reads after JSON, which has no tuples."""
    return json.loads(json.dumps(description))
