"""`Figure`: what `show` gives, as HTML for a notebook and as a page of its own.

The HTML is a progressive figure. It holds the finished picture as an image and the table of all steps, which every
notebook shows, also one that it does not trust; where scripts run, a script decodes the same picture and adds controls.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import escape
from itertools import islice
from math import inf
from os import PathLike
from pathlib import Path
from string import Template
from typing import Any, Final, Generic, Literal, TypeVar, overload

from autograd.derivation.tables import html_table
from autograd.derivation.words import ENGLISH, in_its_language, spoken_language, words
from autograd.drawing.drawing import ENDINGS as PICTURES
from autograd.drawing.hosts import bundle, image
from autograd.drawing.printing import size_of
from autograd.engine.checks import check_count
from autograd.files import write_whole
from autograd.stepper.stills import FORMATS, Stills

_PLAYER, _STAGE, _ADDRESS, _PAPER, _PAGE = (
    Path(__file__).with_name(name) for name in ("player", "stage", "address", "paper", "page")
)
ENDINGS = (".html", ".htm")
"""What a page is called; the first is added where there is none."""
FILMS = (".gif", ".pdf")
"""What else `Figure.save` can write: all steps as pictures."""
_WIDEST_UPRIGHT = 1000  # pixels of a picture that can be read when it is as narrow as an upright sheet
_COMMENT = re.compile(
    r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL
)  # every figure carries the script:
_INDENT = re.compile(r"^[ \t]+|^\n", re.MULTILINE)  # a third of it is for those who read the files
MOST_LISTED: Final = 300
"""Of steps that are made when they are asked for, how many the table has."""
DEFLATED: Final = 300_000
"""What the script needs is deflated where it takes more bytes."""
Item = TypeVar("Item")
_ASKED_FOR = re.compile(r"say\(\"(\w+)\"")  # the words that a script takes from the catalogue


@dataclass(frozen=True, slots=True)
class Kind:
    """What all figures of a kind share: how they are played.

    Arguments:
        name: how the script knows them.
        heads: what the table of steps calls the part and the text of a `Frame`, by the keys of
            `autograd.derivation.words`.
        purpose: what one can do where scripts run, by its key.
        content: the elements below the bar, an .html file.
        scripts: .js files, each building on those before it.
        styles: .css files.
        is_watched: whether a film of it runs through in some 12 seconds, rather than give time to read each step.
    """

    name: str
    heads: tuple[str, str]
    purpose: str
    content: Path
    scripts: tuple[Path, ...]
    styles: tuple[Path, ...]
    is_watched: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One step.

    Arguments:
        part: which part of the run it belongs to.
        text: what happens, as a line of plain text.
        data: the same for the script, as JSON has it; none where the script makes its steps itself.
    """

    part: str
    text: str
    data: dict[str, Any] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.text


class MadeWhenAsked(Sequence[Item], Generic[Item]):
    """A sequence whose items are made one after the other, as far as somebody asks for them.

    Arguments:
        count: how many there are.
        items: makes them.

    Example:
        >>> squares = MadeWhenAsked(1000, (i * i for i in range(1000)))
        >>> squares[3], len(squares), squares[-2:]
        (9, 1000, (996004, 998001))
    """

    def __init__(self, count: int, items: Iterator[Item]) -> None:
        self._count = count
        self._items = items
        self._made: list[Item] = []
        self.language = spoken_language()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    @in_its_language
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        chosen = range(self._count)[at]  # an IndexError where there is no such item
        last = chosen if isinstance(chosen, int) else max(chosen, default=-1)
        self._made += islice(self._items, max(0, last + 1 - len(self._made)))
        return self._made[chosen] if isinstance(chosen, int) else tuple([self._made[i] for i in chosen])


class Figure:
    """A picture that can be stepped through, in a notebook or in a page of its own.

    Arguments:
        kind: what it plays.
        title: what is shown, in a line of plain text.
        description: the same for someone who does not see the picture, in a sentence.
        picture: the finished picture, as SVG.
        frames: what is played, in order. Those that are `MadeWhenAsked` have no data, and the page lists some of them.
        data: what the script needs beside the frames, as JSON has it.
        picture_at: makes the picture as it is at a step, counted from 1: SVG of the size of the finished one.

    Attributes:
        steps: the frames.
        language: in which its words and numbers are written.
    """

    def __init__(
        self,
        kind: Kind,
        title: str,
        description: str,
        picture: str,
        frames: Sequence[Frame],
        data: Mapping[str, Any],
        picture_at: Callable[[int], str],
    ) -> None:
        self._kind = kind
        self._title = title
        self._description = description
        self._picture = picture
        self._data = data
        self.steps = frames if isinstance(frames, MadeWhenAsked) else tuple(frames)
        self.language = spoken_language()
        self._picture_at = picture_at

    @cached_property
    def _stills(self) -> Stills:
        said = ((frame.part, frame.text) for frame in self.steps)
        return Stills(self._picture_at, MadeWhenAsked(len(self.steps), said))

    @in_its_language
    def save(self, path: str | PathLike[str], *, seconds: float | None = None, per_page: int | None = None) -> Path:
        """Write the stepper as the name ends: in .html as a page, in .pdf as slides, in .gif as a film.

        A page needs no server, no network and no other file. Slides and a film show every step as the page does, with
        what happens below the picture. Slides are A4 in landscape with one step on each; for a handout several share a
        page, and stand as is best for their shape. A film begins again when it has ended, after a pause.

        The file appears at once and whole: a crash in the middle leaves the old one, if there was one.

        Arguments:
            path: where to; ".html" is added where there is no ending, but not to the name of a device or a pipe.
            seconds: of a film, how long each step is shown; by default as long as it takes to read what happens, from
                1.2 to 5 seconds, and less for a training, all of which takes some 12 seconds.
            per_page: of slides, how many steps share a page, as for a handout; 1 by default.

        Returns:
            The path.

        Raises:
            OSError: if the file cannot be written.
            ImportError: for slides where typst, and for a film where typst or pillow is not installed.
            TypeError: for a number of steps a page that is not whole.
            ValueError: for no name, and for another ending; for seconds that are not positive, or not of a film; for
                less than one step a page, or if it is not of slides; for slides and a film of more than 500 steps.

        Example:
            >>> from tempfile import TemporaryDirectory
            >>> from autograd import Value, show
            >>> x = Value(3.0, label="x")
            >>> with TemporaryDirectory() as folder:
            ...     show(x * x).save(f"{folder}/square").name
            'square.html'
        """
        ending = Path(path).suffix.lower()
        for name, given, of in (("seconds", seconds, ".gif"), ("per_page", per_page, ".pdf")):
            if given is not None and ending != of:
                raise ValueError(f"{name}={given!r:.60} is for {of} alone, not for {Path(path).name!r}")
        if seconds is not None and not 0.0 < seconds < inf:
            raise ValueError(f"seconds={seconds!r:.60}: a step is shown for a positive number of seconds, such as 2.0")
        if per_page is not None:
            check_count("per_page", per_page)
        if ending == ".gif":
            path, content = Path(path), self._stills.gif(seconds, self._kind.is_watched)
        elif ending == ".pdf":
            path, content = Path(path), self._stills.pdf(self._title, per_page or 1)
        else:
            path, content = page_path(path), self.page().encode()
        write_whole(path, content)
        return path

    @in_its_language
    def frames(
        self,
        folder: str | PathLike[str],
        format: Literal["svg", "png"] = "svg",
        *,
        scale: float = 2.0,
        replace: bool = False,
    ) -> list[Path]:
        """Write every step as a picture of its own: step-01.svg, step-02.svg and so on, all of one size.

        A picture shows what the page shows at this step, and what happens below it. Each file appears whole.

        Arguments:
            folder: where to; it is made if it is not there. What else it holds stays.
            format: of the pictures: "svg" or "png".
            scale: the pixels of a PNG for each point of the picture.
            replace: whether frames of this format that the folder holds already give way, also if they were more.

        Returns:
            The paths, in order.

        Raises:
            FileExistsError: if the folder holds frames of this format already, and they are not to be replaced.
            OSError: if a file cannot be written.
            ImportError: for PNG where typst is not installed.
            ValueError: for another format.

        Example:
            >>> from tempfile import TemporaryDirectory
            >>> from autograd import Value, show
            >>> x = Value(3.0, label="x")
            >>> with TemporaryDirectory() as folder:
            ...     [path.name for path in show(x * x).frames(folder)]
            ['step-01.svg', 'step-02.svg', 'step-03.svg', 'step-04.svg']
        """
        if format not in FORMATS:
            raise ValueError(
                f"frames are written as {' or '.join(map(repr, FORMATS))}, not {format!r:.60}: frames(folder, 'png'). "
                f"save writes all steps in one file, by its ending {', '.join((*ENDINGS, *FILMS))}"
            )
        return self._stills.write(Path(folder), format, scale, replace)

    @in_its_language
    def page(self) -> str:
        """The page that `save` writes. It allows its own script and nothing else to run, and no request at all."""
        policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src '{_fingerprint(_script(self._kind))}'",
                "style-src 'unsafe-inline'",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        width, height = size_of(self._picture)
        return Template(_read(_PAGE, ".html")).substitute(
            policy=policy,
            title=escape(self._title),
            figure=self._repr_html_(),
            language=words("language"),
            sheet="landscape" if width > max(_WIDEST_UPRIGHT, height) else "auto",
        )

    @in_its_language
    def _repr_html_(self) -> str:
        """The progressive figure. No ids, which would collide where there are several; no style sheet of its own."""
        made_when_asked = isinstance(self.steps, MadeWhenAsked)
        listed = islice(self.steps, MOST_LISTED if made_when_asked else None)
        rows = [(str(i), escape(frame.part), escape(frame.text)) for i, frame in enumerate(listed, 1)]
        part, text = map(words, self._kind.heads)
        controls = _read(_PLAYER, ".html").replace("$content", _read(self._kind.content))
        data = {
            "steps": [] if made_when_asked else [frame.data for frame in self.steps if frame.data is not None],
            **self._data,
            "controls": Template(controls).substitute({key: escape(words(key)) for key in ENGLISH}),
            "words": {key: words(key) for key in sorted(set(_ASKED_FOR.findall(_script(self._kind))))},
            "style": "\n".join(
                [_read(_PLAYER, ".css"), _read(_STAGE, ".css"), *map(_read, self._kind.styles), _read(_PAPER, ".css")]
            ),
        }
        block = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
        how, count, rest = "", len(self.steps), len(self.steps) - len(rows)
        if len(block) > DEFLATED:
            block = base64.b64encode(zlib.compress(block.encode())).decode()
            how = f' data-deflated data-old="{escape(words("old_browser"))}"'
        listing = words("first_steps", listed=len(rows), count=count) if rest else words("all_steps", count=count)
        more = f"<p>{words('more_steps', rest=rest)}</p>" if rest else ""
        return (
            f'<div data-chainrule="{self._kind.name}">\n'
            f"{image(self._picture, self._description)}\n"
            f"<details><summary>{listing}</summary>\n"
            f"{html_table((words('step'), part, text), rows, '<<<')}{more}</details>\n"
            f"<p><small>{words('finished_picture', purpose=words(self._kind.purpose))}</small></p>\n"
            f'<script type="application/json"{how}>{block}</script>\n'
            f"<script>{_script(self._kind)}</script>\n"
            "</div>"
        )

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """What a notebook gets, see `autograd.drawing.hosts.bundle`."""
        return bundle(self._picture, self._repr_html_, self._description, include, exclude)

    def _display_(self) -> _Framed:
        """What marimo gets; see `_Framed`."""
        return _Framed(self)

    @in_its_language
    def __repr__(self) -> str:
        return words("figure", title=self._title, count=len(self.steps))


class _Framed:
    """A figure for marimo, which puts HTML with a script into a frame, and finds how high it is only with a doctype."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure

    def _repr_html_(self) -> str:
        return f"<!DOCTYPE html>\n{self._figure._repr_html_()}"


def page_path(path: str | PathLike[str]) -> Path:
    """Where a page goes that is to be saved under this name; the errors are those of `Figure.save`."""
    file = Path(path)
    if not file.name:
        raise ValueError(f"a page needs a name, such as page.html, not {str(path)!r}")
    # a folder, a device, a pipe, a link (/dev/stdout is one) are meant as they are named
    if file.is_symlink() or (file.exists() and not file.is_file()):
        return file
    if not file.suffix:
        return file.with_suffix(ENDINGS[0])
    if file.suffix.lower() not in ENDINGS:
        raise ValueError(
            f"a stepper is saved as a page, by its ending {' or '.join(ENDINGS)}; {file.name!r} has none of these. "
            f"show(...).save writes slides (.pdf) and a film (.gif) too, show(...).frames each step as "
            f"{' or '.join(map(repr, FORMATS))}, and draw(...).save the picture alone, as {', '.join(PICTURES)}"
        )
    return file


@cache
def _read(file: Path, ending: str | None = None) -> str:
    return (file if ending is None else file.with_suffix(ending)).read_text(encoding="utf-8").strip()


def scripts_of(kind: Kind) -> list[Path]:
    """The files of the script of a kind: the player, and what it plays."""
    return [*[file.with_suffix(".js") for file in (_STAGE, _ADDRESS, _PAPER, _PLAYER)], *kind.scripts]


@cache
def _script(kind: Kind) -> str:
    """The player and what it plays, as one function, so that figures of several kinds do not meet."""
    scripts = _INDENT.sub("", _COMMENT.sub("", "\n".join(map(_read, scripts_of(kind)))))
    return f'(() => {{\n"use strict";\n{scripts}\n}})();'


def _fingerprint(script: str) -> str:
    """How a content security policy names a script that may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
