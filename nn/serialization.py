"""Models in files: `save`, `load`, `load_optimizer`.

A file is an npz archive, a zip of NumPy arrays: ``header``, the bytes of a JSON text with the architecture and the
names of the parameters, ``parameters``, their numbers in that order, and the arrays of an optimizer's state, if any.
Nothing in it can run code, and what is read is checked against the size of the file before memory is asked for.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from autograd.files import write_whole
from autograd.public import __version__
from nn import layers, optimizers, schedules
from nn.data import FloatArray, check_number
from nn.module import Module
from nn.optimizers import Optimizer

PathLike: TypeAlias = "str | os.PathLike[str]"

FORMAT = "chainrule model"
FORMAT_VERSION = 1
LARGEST_FILE = 1 << 30
"""What `load` reads at most, in bytes, unless it is told otherwise."""


_ARRAY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(?P<type><f8|\|u1)', 'fortran_order': False, "
    rb"'shape': \((?P<count>\d{1,18}),\), \} *\n",
    re.DOTALL,
)
"""How NumPy begins a flat array of floats or bytes. Nothing else is read, and nothing has to be evaluated."""


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
        TypeError: for a model without ``architecture()``.
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
    header, arrays = _read(path, largest)
    names = _of_type(path, header, "names", list)
    numbers = _floats(path, arrays, "parameters")
    if len(names) != len(numbers) or not all(isinstance(name, str) for name in names) or len({*names}) != len(names):
        raise FileError(f"{path} has {len(names)} names for {len(numbers)} parameters; it is damaged: save it again")
    architecture = _of_type(path, header, "architecture", dict)
    if into is not None and not _is_of(into, architecture):
        raise FileError(
            f"{path} holds another architecture than the model to load it into: {_difference(into, architecture)}. "
            "Use load(path) without a model, or build one of the same architecture"
        )
    try:
        model = layers.build(architecture, most=len(names) + layers.n_shared(architecture)) if into is None else into
        model.load_state_dict(dict(zip(names, numbers.tolist(), strict=True)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FileError(f"{path} does not describe a model: {error}") from error
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
    header, arrays = _read(path, largest)
    if "optimizer" not in header:
        raise FileError(f"{path} holds a model alone; to keep the optimizer too write save(path, model, optimizer)")
    description = _of_type(path, header, "optimizer", dict)
    progress = _of_type(path, header, "progress", dict)
    kept = {
        name.removeprefix("optimizer."): _floats(path, arrays, name) for name in arrays if name.startswith("optimizer.")
    }
    if any(len(array) != len(_floats(path, arrays, "parameters")) for array in kept.values()):
        raise FileError(f"{path} is damaged: the optimizer's state is for another number of parameters")
    try:
        optimizer = optimizers.build(description)
        optimizer.load_state_dict({**progress, "state": kept})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FileError(f"{path} does not describe an optimizer: {error}") from error
    return optimizer


# --- reading a file that may be anything ---------------------------------------------------------------------------


def _read(path: PathLike, largest: int) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """The header and the arrays of a file."""
    there = os.stat(path)
    if stat.S_ISFIFO(there.st_mode) or stat.S_ISCHR(there.st_mode):  # to open one may wait for ever
        raise FileError(
            f"{path} is no file that save() wrote: it is a pipe or a device; copy what comes out of it first"
        )
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
                raise FileError(f"{path} is no file that save() wrote: its parts are larger than the whole")
            arrays = {entry.filename.removesuffix(".npy"): _array(path, archive, entry) for entry in entries}
        except FileError:
            raise
        except Exception as error:  # a damaged archive may trip zipfile anywhere: a name that is no UTF-8, a date
            raise FileError(f"{path} is truncated or damaged, or no file that save() wrote: {error}") from error
    try:
        header = json.loads(arrays["header"].tobytes())
    except (KeyError, ValueError, RecursionError) as error:
        raise FileError(f"{path} is no file that save() wrote: it has no readable header") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise FileError(f"{path} is no file that save() wrote: its header does not say {FORMAT!r}")
    if header.get("version") != FORMAT_VERSION:
        raise FileError(
            f"{path} is of version {header.get('version')!r} of the format, this program reads {FORMAT_VERSION}; "
            "read it with the program that wrote it, or upgrade this one"
        )
    return header, arrays


def _array(path: PathLike, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """One array, flat, of floats or bytes. No entry is compressed, so none is larger than the file."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise FileError(f"{path} is no file that save() wrote: {entry.filename!r:.60} in it is compressed")
    data = archive.read(entry)
    described = _ARRAY.match(data)
    if described is None:
        raise FileError(f"{path} is no file that save() wrote: {entry.filename!r:.60} in it is no array of that kind")
    dtype, count = np.dtype(described["type"].decode()), int(described["count"])
    numbers = data[described.end() :]
    if len(numbers) != count * dtype.itemsize:
        raise FileError(f"{path} is damaged: {entry.filename!r:.60} has {len(numbers)} bytes for {count} entries")
    return np.frombuffer(numbers, dtype=dtype)


def _floats(path: PathLike, arrays: Mapping[str, npt.NDArray[Any]], name: str) -> FloatArray:
    """An array of floats that must be there."""
    if name not in arrays or arrays[name].dtype.kind != "f":
        raise FileError(f"{path} is damaged: it lacks the array {name!r:.60}")
    return arrays[name]


def _of_type(path: PathLike, header: Mapping[str, Any], key: str, kind: type) -> Any:
    """An entry of the header that must be there."""
    if not isinstance(header.get(key), kind):
        raise FileError(f"{path} is damaged: its header lacks {key!r}")
    return header[key]


def _is_of(model: Module, architecture: Mapping[str, Any]) -> bool:
    """Whether a model is of this architecture, also where an earlier version has described it in another way."""
    wanted = _as_in_json(model.architecture())
    if wanted == architecture:
        return True
    try:
        twin = layers.build(architecture, most=len(model.parameters()) + layers.n_shared(architecture))
        return bool(_as_in_json(twin.architecture()) == wanted)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _as_in_json(description: Any) -> Any:
    """A description as it reads after JSON, which has no tuples."""
    return json.loads(json.dumps(description))


def _difference(model: Module, architecture: Mapping[str, Any]) -> str:
    """What the file holds and what it should, in a line each where that can be told."""
    try:
        found = repr(layers.build(architecture, most=1_000_000))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        found = "something else"
    return f"{found}, not {model!r}"
