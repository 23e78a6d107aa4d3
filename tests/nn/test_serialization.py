"""Saving and loading: bit for bit, atomically, and safe against files that are damaged, foreign or hostile."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import numerics, serialization
from nn.activations import LeakyReLU, PReLU
from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.optimizers import SGD, Adam, Momentum
from nn.schedules import Cosine, ReduceOnPlateau, WarmUp
from nn.serialization import FileError, load, load_optimizer, save
from tests.examples import examples

MODELS = [
    Neuron(3, "sigmoid", 0),
    Layer(2, 4, "softmax", 0),
    MLP(2, [3, 1], seed=0),
    MLP(2, [3, 3], activation=PReLU(0.1), output="softmax", seed=1),
    MLP(1, [2, 2], activation=LeakyReLU(0.3), seed=2),
    MLP.for_task("multiclass", 4, [16, 3]),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.npz"


@pytest.fixture
def model() -> MLP:
    return MLP(2, [3, 1], seed=0)


def contents(path: Path) -> dict[str, Any]:
    """The entries of an archive by name, as bytes."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def write(path: Path, entries: Any, compression: Any = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def array(entry: Any) -> Any:
    return np.load(io.BytesIO(entry), allow_pickle=False)


def as_entry(numbers: Any, allow_pickle: bool = False) -> Any:
    file = io.BytesIO()
    np.save(file, numbers, allow_pickle=allow_pickle)
    return file.getvalue()


def with_header(path: Path, change: Callable[..., Any]) -> None:
    """Rewrite the header of a file."""
    entries = contents(path)
    header = json.loads(array(entries["header.npy"]).tobytes())
    change(header)
    entries["header.npy"] = as_entry(np.frombuffer(json.dumps(header).encode(), dtype=np.uint8))
    write(path, entries)


# --- round trips -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_round_trip_changes_no_bit(path: Path, model: MLP) -> None:
    save(path, model)
    twin = load(path)
    assert repr(twin) == repr(model)
    assert twin.state_dict() == model.state_dict()
    assert getattr(twin, "loss", None) is getattr(model, "loss", None)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=13, max_size=13))
def test_round_trip_keeps_any_number(tmp_path_factory: pytest.TempPathFactory, numbers: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "model.npz"
    model = MLP(2, [3, 1])
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    save(path, model)
    assert [p.data.hex() for p in load(path).parameters()] == [number.hex() for number in numbers]


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.1), Momentum(0.2, 0.8, clip_norm=1.0), Adam(WarmUp(3, Cosine(0.1, length=9))), SGD(ReduceOnPlateau(0.1))],
    ids=repr,
)
def test_optimizer_continues_where_it_was_saved(path: Path, model: MLP, optimizer: Any) -> None:
    def train(model: MLP, optimizer: Any, steps: int) -> None:
        for _ in range(steps):
            for k, parameter in enumerate(model.parameters()):
                parameter.grad = parameter.data * (k - 5.0)
            optimizer.step(model.parameters())
            optimizer.end_epoch(1.0)

    train(model, optimizer, 3)
    save(path, model, optimizer)
    twin, its_optimizer = load(path), load_optimizer(path)
    assert repr(its_optimizer) == repr(optimizer)
    train(model, optimizer, 15)
    train(twin, its_optimizer, 15)
    assert twin.state_dict() == model.state_dict()
    assert its_optimizer.learning_rate == optimizer.learning_rate


def test_load_into_a_model_there_is(path: Path, model: MLP) -> None:
    save(path, model)
    other = MLP(2, [3, 1], seed=5)
    assert load(path, into=other) is other
    assert other.state_dict() == model.state_dict()


def test_numpy_alone_can_read_the_numbers(path: Path, model: MLP) -> None:
    save(path, model)
    with np.load(path, allow_pickle=False) as file:
        assert file["parameters"].tolist() == [p.data for p in model.parameters()]


def test_an_archive_holds_the_header_and_the_numbers_alone(path: Path, model: MLP) -> None:
    optimizer = Adam()
    optimizer.step(model.parameters())
    save(path, model, optimizer)
    assert [*contents(path)] == ["parameters.npy", *(f"optimizer.{name}.npy" for name in optimizer.keeps), "header.npy"]


def test_a_file_that_an_old_numpy_put_a_setting_into_is_read(path: Path, model: MLP) -> None:
    """Before NumPy 2.2 ``savez(file, allow_pickle=False)`` wrote that setting as one more array."""
    optimizer = Momentum()
    optimizer.step(model.parameters())
    save(path, model, optimizer)
    for setting in (False, True):
        write(path, {**contents(path), "allow_pickle.npy": as_entry(np.array(setting))})
        assert load(path).state_dict() == model.state_dict()
        assert load(path, into=MLP(2, [3, 1], seed=5)).state_dict() == model.state_dict()
        assert load_optimizer(path).state["velocity"].tolist() == optimizer.state["velocity"].tolist()


def test_an_alpha_that_was_learnt_is_a_number_and_no_architecture(path: Path) -> None:
    model = MLP(2, [3, 1], activation="prelu", seed=0)
    model.layers[0].activation.alpha.data = 0.75
    save(path, model)
    other = MLP(2, [3, 1], activation="prelu", seed=1)
    assert load(path, into=other).state_dict() == load(path).state_dict() == model.state_dict()


def test_a_description_with_an_alpha_as_earlier_versions_wrote_it_is_read(path: Path) -> None:
    model = MLP(2, [3, 1], activation="prelu", seed=0)
    model.layers[0].activation.alpha.data = 0.75
    save(path, model)
    with_header(path, lambda header: header["architecture"]["layers"][0]["activation"].update(alpha=0.25))
    other = MLP(2, [3, 1], activation="prelu", seed=1)
    assert load(path, into=other).state_dict() == load(path).state_dict() == model.state_dict()


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_crash_while_writing_leaves_the_old_file(path: Path, model: MLP, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, model)
    before = path.read_bytes()

    def half_written(file: Any, **arrays: Any) -> None:
        file.write(b"PK half of it")
        raise OSError("no space left on device")

    monkeypatch.setattr(numerics.np, "savez", half_written)
    with pytest.raises(OSError, match="no space left"):
        save(path, MLP(2, [3, 1], seed=9))
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["model.npz"]


def test_the_file_is_on_the_disk_before_it_gets_its_name(
    path: Path, model: MLP, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (events.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append("replace"), rename(a, b)))
    save(path, model)
    assert events == ["fsync", "replace"]


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_saving_replaces_the_file_a_link_points_to(path: Path, model: MLP) -> None:
    link = path.with_name("latest.npz")
    save(path, model)
    link.symlink_to(path)
    save(link, MLP(1, [1]))
    assert link.is_symlink()
    assert repr(load(path)) == repr(MLP(1, [1]))


def test_a_parameter_that_is_not_finite_is_not_saved(path: Path, model: MLP) -> None:
    model.parameters()[1].data = float("nan")
    with pytest.raises(ValueError, match=r"parameter layers.0.neurons.0.w2 is nan"):
        save(path, model)
    assert not path.exists()


def test_an_optimizer_of_another_model_is_not_saved(path: Path, model: MLP) -> None:
    optimizer = Momentum()
    optimizer.step(MLP(1, [1]).parameters())
    with pytest.raises(ValueError, match="the state of this Momentum is for 2 parameters, and the model has 13"):
        save(path, model, optimizer)
    assert not path.exists()


def test_a_model_without_a_description_is_not_saved(path: Path) -> None:
    class Own(Module):
        pass

    with pytest.raises(TypeError, match="does not describe its architecture"):
        save(path, Own())
    assert not path.exists()


# --- files that are not what they should be --------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of POSIX")
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_a_pipe_or_a_device_is_refused_and_not_waited_for(path: Path, kind: str) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    for read in (load, load_optimizer):
        with pytest.raises(FileError, match="it is a pipe or a device; copy what comes out of it first"):
            read(path if kind == "pipe" else kind)


def test_a_missing_file_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(path)


@pytest.mark.parametrize("kept", [0, 1, 100, -1], ids=str)
def test_a_truncated_file_is_refused(path: Path, model: MLP, kept: int) -> None:
    save(path, model)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(FileError, match="is truncated or damaged"):
        load(path)


def test_a_flipped_bit_in_the_numbers_is_found(path: Path, model: MLP) -> None:
    save(path, model)
    data = bytearray(path.read_bytes())
    place = data.index(np.array([model.parameters()[0].data]).tobytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(FileError, match="Bad CRC-32"):
        load(path)


def test_a_damaged_name_is_a_file_error(path: Path, model: MLP) -> None:
    save(path, model)
    entry = contents(path)["header.npy"]
    write(path, {"hëader.npy": entry})  # a name that is marked as UTF-8
    path.write_bytes(path.read_bytes().replace("ë".encode(), b"\x80\x80"))
    with pytest.raises(FileError, match=r"model\.npz is truncated or damaged.*codec can't decode"):
        load(path)


@settings(deadline=None, max_examples=examples(300))
@given(st.data())
def test_no_damage_does_worse_than_a_file_error(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    save(path, MLP(1, [1]), Momentum())
    whole = bytearray(path.read_bytes())
    places = st.integers(0, len(whole) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=4)):
        whole[place] = byte
    path.write_bytes(whole[: data.draw(st.one_of(st.just(len(whole)), places))])
    for read in (load, load_optimizer):
        try:
            read(path)  # a byte of the zip that nobody reads may change
        except FileError as error:
            assert "damaged.npz" in str(error)  # noqa: PT017 - most files are refused, not all


@pytest.mark.parametrize(
    "write_foreign",
    [
        lambda path: path.write_text("w1,w2\n0.4,0.3\n"),
        lambda path: path.write_bytes(pickle.dumps({"w": 1})),
        lambda path: np.savez(path, weights=np.ones(3)),
        lambda path: write(path, {"word/document.xml": b"<xml/>"}),
        lambda path: np.savez(path, header=np.frombuffer(b"[1, 2]", dtype=np.uint8)),
        lambda path: np.savez(path, header=np.frombuffer(b'{"format": "other"}', dtype=np.uint8)),
        lambda path: np.savez(path, header=np.frombuffer(b"[" * 100_000, dtype=np.uint8)),
        lambda path: np.savez(path, header=np.ones((2, 2))),
        lambda path: np.savez(path, header=np.ones(2, dtype=np.float32)),
    ],
    ids=["text", "pickle", "arrays", "document", "list", "other format", "nested", "two axes", "single precision"],
)
def test_a_foreign_file_is_refused(path: Path, write_foreign: Callable[..., Any]) -> None:
    write_foreign(path)
    with pytest.raises(FileError, match=r"no file that save\(\) wrote"):
        load(path)


def test_a_later_version_of_the_format_is_refused(path: Path, model: MLP) -> None:
    save(path, model)
    with_header(path, lambda header: header.update(version=2))
    with pytest.raises(FileError, match="is of version 2 of the format, this program reads 1"):
        load(path)


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("the file ran code",))


def test_a_pickle_in_the_archive_is_not_run(path: Path, model: MLP) -> None:
    save(path, model)
    entries = contents(path)
    for hostile in (as_entry(np.array([Bomb()], dtype=object), allow_pickle=True), pickle.dumps(Bomb())):
        write(path, {**entries, "parameters.npy": hostile})
        with pytest.raises(FileError, match=r"no file that save\(\) wrote: 'parameters.npy' in it"):
            load(path)


def test_a_compressed_archive_is_refused_before_it_is_unpacked(path: Path) -> None:
    write(path, {"header.npy": b"\0" * 10_000_000}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 20_000
    with pytest.raises(FileError, match="its parts are larger than the whole"):
        load(path)
    write(path, {"header.npy": as_entry(np.frombuffer(os.urandom(100), dtype=np.uint8))}, zipfile.ZIP_DEFLATED)
    with pytest.raises(FileError, match=r"'header.npy' in it is compressed"):
        load(path)


def test_an_array_that_claims_more_than_the_file_has_is_refused(path: Path, model: MLP) -> None:
    save(path, model)
    entries = contents(path)
    huge = io.BytesIO()
    np.lib.format.write_array_header_1_0(huge, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})
    write(path, {**entries, "parameters.npy": huge.getvalue() + b"\0" * 80})
    with pytest.raises(FileError, match="has 80 bytes for 1000000000000000 entries"):
        load(path)


def test_an_oversized_file_is_refused_by_its_size_alone(path: Path, model: MLP) -> None:
    save(path, model)
    with pytest.raises(FileError, match=r"bytes, more than the 100 allowed; .* set largest="):
        load(path, largest=100)
    with open(path, "wb") as file:
        file.truncate(serialization.LARGEST_FILE + 1)  # a hole, which takes no room on the disk
    with pytest.raises(FileError, match="more than the 1073741824 allowed"):
        load(path)


def grow(header: Any) -> None:
    for layer in header["architecture"]["layers"]:
        layer["n_inputs"] = layer["n_outputs"] = 10**6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (grow, "at most 13 are allowed"),
        (lambda h: h.update(architecture=[]), "its header lacks 'architecture'"),
        (
            lambda h: h["architecture"].update(type="os.system"),
            "does not describe a model: .* 'os.system' is not known",
        ),
        (lambda h: h["architecture"].update(layers=[]), "does not describe a model"),
        (lambda h: h["architecture"].update(layers=None), "does not describe a model"),
        (lambda h: h["architecture"]["layers"][0].update(activation=7), "does not describe a model"),
        (lambda h: h.pop("names"), "its header lacks 'names'"),
        (lambda h: h["names"].pop(), "12 names for 13 parameters"),
        (lambda h: h["names"].__setitem__(0, h["names"][1]), "13 names for 13 parameters"),
        (lambda h: h["names"].__setitem__(0, 5), "13 names for 13 parameters"),
        (lambda h: h["names"].__setitem__(0, "w"), "missing layers.0.neurons.0.w1"),
    ],
    ids="huge,list,type,no layers,null,activation,names,few names,same names,number,other name".split(","),  # noqa: SIM905
)
def test_a_header_that_does_not_fit_is_refused(path: Path, model: MLP, change: Any, message: str) -> None:
    save(path, model)
    with_header(path, change)
    with pytest.raises(FileError, match=message):
        load(path)


def test_missing_or_other_arrays_are_refused(path: Path, model: MLP) -> None:
    save(path, model)
    entries = contents(path)
    write(path, {"header.npy": entries["header.npy"]})
    with pytest.raises(FileError, match="it lacks the array 'parameters'"):
        load(path)
    write(path, {**entries, "parameters.npy": as_entry(np.full(13, np.nan))})
    with pytest.raises(FileError, match="is nan"):
        load(path)


def test_another_architecture_is_refused_and_nothing_is_changed(path: Path, model: MLP) -> None:
    save(path, model)
    other = MLP(2, [4, 1], seed=3)
    before = other.state_dict()
    with pytest.raises(FileError, match=r"MLP\(2 → 3 tanh → 1 linear, 13 .*\), not MLP\(2 → 4 tanh → 1 linear, 17 "):
        load(path, into=other)
    assert other.state_dict() == before
    with_header(path, lambda header: header["architecture"].update(type="Unknown"))
    with pytest.raises(FileError, match=r"something else, not MLP"):
        load(path, into=other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: h.pop("optimizer"), "holds a model alone"),
        (lambda h: h.pop("progress"), "its header lacks 'progress'"),
        (lambda h: h["optimizer"].update(name="Evil"), "does not describe an optimizer: .*'Evil' is not known"),
        (lambda h: h["optimizer"]["settings"].update(lr="fast"), "does not describe an optimizer: lr must be"),
        (lambda h: h["optimizer"]["settings"].update(lr=-1.0), "lr is -1"),
        (lambda h: h["optimizer"]["settings"].update(evil=1), "setting of Adam 'evil' is not known"),
        (lambda h: h["progress"].pop("steps"), "does not describe an optimizer"),
        (lambda h: h["optimizer"].update(name="Momentum", settings={}), r"Momentum keeps \['velocity'\]"),
    ],
    ids=["none", "progress", "name", "text", "negative", "setting", "count", "kind"],
)
def test_an_optimizer_that_does_not_fit_is_refused(
    path: Path, model: MLP, change: Callable[..., Any], message: str
) -> None:
    optimizer = Adam()
    optimizer.step(model.parameters())
    save(path, model, optimizer)
    with_header(path, change)
    with pytest.raises(FileError, match=message):
        load_optimizer(path)


def test_optimizer_state_for_another_number_of_parameters_is_refused(path: Path, model: MLP) -> None:
    optimizer = Momentum()
    optimizer.step(model.parameters())
    save(path, model, optimizer)
    write(path, {**contents(path), "optimizer.velocity.npy": as_entry(np.ones(5))})
    with pytest.raises(FileError, match="the optimizer's state is for another number of parameters"):
        load_optimizer(path)
