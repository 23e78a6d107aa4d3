"""The steps of a figure as pictures of one size, each with what happens in it below: as files, as a film, as slides."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from html import escape
from itertools import chain
from pathlib import Path
from typing import Final, Literal

from autograd.derivation.styles import printable
from autograd.derivation.words import words
from autograd.drawing.lettering import Run, name_runs, width_of
from autograd.drawing.palette import LIGHT
from autograd.drawing.printing import printed, printed_pages, size_of
from autograd.drawing.svg import written_runs
from autograd.files import write_whole

FORMATS: Final = ("svg", "png")
"""What `Stills.write` can write."""
_MARGIN, _NARROWEST, _USUAL = 14, 560, 800  # points
_SIZE, _SMALL, _LEADING = 15.0, 0.8, 1.45  # of what stands below a picture of usual width
MOST_STEPS: Final = 500
"""Of slides and of a film, which are made in memory."""
_FILM_WIDTH = 1600  # pixels, at most
_AT_THE_END = 3.0  # seconds more for the last step of a film

Runs = list[Run]
_LETTER: Final = "[^\\W\\d_¹²³⁰⁴-⁹]"
_NAME: Final = rf"{_LETTER}+(?:_?\d+(?:,\d+)*)?(?:_\w+)*(?:\[[\w,]+\])*(?:#\d+)?"
_QUANTITY: Final = re.compile(  # a derivative, or a name; or else a number, whose e is none
    rf"(?<![^\W\d])(?:([d∂])({_NAME})/\1({_NAME})|({_NAME}))|\d[\d.,]*(?:e[-−+]?\d+)?"
)


class Stills:
    """All steps of a figure as pictures.

    Arguments:
        picture_at: makes the picture at a step, counted from 1, as SVG; all have one size.
        steps: of each step the part of the run that it belongs to, and what happens, as a line of plain text.
    """

    def __init__(self, picture_at: Callable[[int], str], steps: Sequence[tuple[str, str]]) -> None:
        self._picture_at = picture_at
        self._steps = steps

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[str]:
        return (self.picture(step) for step in range(1, len(self) + 1))

    def picture(self, step: int) -> str:
        """The picture at a step, counted from 1, and what happens below it, as SVG."""
        svg = self._picture_at(step)
        (width, height), (wide, high), size = size_of(svg), self._size, self._font_size
        left = (width - wide) // 2  # the picture keeps its places, and stands in the middle
        part, text = self._steps[step - 1]
        heading = _heading(step, len(self), part)
        head, rest = svg.split("<style>", 1)
        head = head.replace(
            f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"',
            f'width="{wide}" height="{high}" viewBox="{left} 0 {wide} {high}"',
        )
        head = re.sub(r'aria-label="[^"]*"', lambda _: f'aria-label="{escape(printable(f"{heading}: {text}"))}"', head)
        page = f'width="{width}" height="{height}" rx="6"'
        rest = rest.replace(page, f'x="{left}" width="{wide}" height="{high}" rx="6"', 1)
        x, y = left + _MARGIN, height + 2 * size
        parts = [
            f'<path fill="none" stroke="{LIGHT["edge"]}" stroke-width="0.8" d="M{left} {height}.5h{wide}"/>',
            _text("remark", LIGHT["quiet"], x, y, [Run(heading)], _SMALL * size, "600"),
        ]
        for line in self._lines[step - 1]:
            y += size * _LEADING
            parts.append(_text("label", LIGHT["ink"], x, y, line, size))
        return f'{head}<style>{rest.removesuffix("</svg>")}<g class="caption">{"".join(parts)}</g></svg>'

    @cached_property
    def _font_size(self) -> float:
        """Of what stands below: larger where the picture is, as that is made to fit a screen."""
        return _SIZE * max(1.0, size_of(self._picture_at(1))[0] / _USUAL)

    @cached_property
    def _pieces(self) -> list[list[list[Runs]]]:
        """Of each step its lines, each as the pieces between which it may be broken."""
        room = _NARROWEST * self._font_size / _SIZE
        return [
            [_pieces(line, " = " in text, room, self._font_size) for line in _lines_of(text)] for _, text in self._steps
        ]

    @cached_property
    def _width(self) -> int:
        """Of all pictures: that of the figure, and as much as it takes to read what stands below."""
        widest = max(width_of(piece, self._font_size) for step in self._pieces for line in step for piece in line)
        return max(size_of(self._picture_at(1))[0], _NARROWEST, int(widest) + 2 * _MARGIN + 1)

    @cached_property
    def _lines(self) -> list[list[Runs]]:
        """What stands below each picture."""
        room = self._width - 2 * _MARGIN
        return [[line for pieces in step for line in _wrapped(pieces, room, self._font_size)] for step in self._pieces]

    @cached_property
    def _size(self) -> tuple[int, int]:
        """The width and the height of all pictures, in points."""
        most = max(map(len, self._lines))
        return self._width, size_of(self._picture_at(1))[1] + round((3.0 + most * _LEADING) * self._font_size)

    # --- files -------------------------------------------------------------------------------------------------------

    def write(self, folder: Path, format: Literal["svg", "png"], scale: float, replace: bool) -> list[Path]:
        """Write each picture to a file of its own: see `autograd.stepper.figure.Figure.frames`."""
        digits = max(2, len(str(len(self))))
        paths = [folder / f"step-{step:0{digits}}.{format}" for step in range(1, len(self) + 1)]
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(f"{folder} is no folder; frames takes one, which it makes where there is none")
        earlier = [path for path in folder.glob(f"step-*.{format}") if re.fullmatch(r"step-\d+", path.stem)]
        if earlier and not replace:
            raise FileExistsError(
                f"{folder} holds {len(earlier)} frames already, such as {min(earlier).name}, which are left as they "
                "are; name another folder, or write replace=True"
            )
        made = (svg.encode() if format == "svg" else printed(svg, format, scale) for svg in self)
        first = next(made)  # before anything changes: it may be that it cannot be made
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, chain([first], made), strict=True):
            write_whole(path, content)
        for path in set(earlier).difference(paths):
            path.unlink(missing_ok=True)
        return paths

    def pdf(self, title: str, per_page: int) -> bytes:
        """The pictures on pages, so many on each."""
        self._check_count("slides")
        said = [f"{_heading(i, len(self), part)}: {text}" for i, (part, text) in enumerate(self._steps, 1)]
        return printed_pages(list(self), said, per_page, title)

    def gif(self, seconds: float | None, is_watched: bool) -> bytes:
        """The pictures one after the other, again and again.

        Arguments:
            seconds: for how long each; None for as long as it takes to read.
            is_watched: whether, without ``seconds``, nothing is read but everything seen in some 12 seconds.
        """
        self._check_count("a film")
        try:
            from PIL import Image
        except ImportError:
            raise ImportError(
                "GIF needs pillow, which is not installed here: pip install 'chainrule[print]'; frames(folder) writes "
                "one SVG a step, and needs nothing"
            ) from None
        scale = min(2.0, _FILM_WIDTH / self._size[0])

        def pixels(step: int) -> Image.Image:
            with Image.open(io.BytesIO(printed(self.picture(step), "png", scale))) as picture:
                paper = Image.new("RGB", picture.size, "white")
                paper.paste(picture, mask=picture.convert("RGBA"))
                return paper

        some = {step: pixels(step) for step in range(len(self), 0, -max(1, len(self) // 8))}
        width, height = some[len(self)].size
        together = Image.new("RGB", (width, height * len(some)))
        for i, picture in enumerate(some.values()):
            together.paste(picture, (0, i * height))
        palette = together.quantize(256, Image.Quantize.MAXCOVERAGE)  # one for all, so that nothing flickers
        first, *rest = [
            (some[step] if step in some else pixels(step)).quantize(palette=palette, dither=Image.Dither.NONE)
            for step in range(1, len(self) + 1)
        ]
        times = [self._time(text, is_watched) if seconds is None else seconds for _, text in self._steps]
        times[-1] += _AT_THE_END
        file = io.BytesIO()
        durations = [10 * round(100 * time) for time in times]  # milliseconds, as whole hundredths of a second
        first.save(file, "GIF", save_all=True, append_images=rest, duration=durations, loop=0)
        return file.getvalue()

    def _time(self, text: str, is_watched: bool) -> float:
        """How long a film shows a step, in seconds."""
        if is_watched:
            return min(0.6, max(0.08, 12.0 / len(self)))
        return min(5.0, 1.2 + 0.03 * len(text))

    def _check_count(self, what: str) -> None:
        if len(self) > MOST_STEPS:
            raise ValueError(
                f"{what} of {len(self):,} steps would be too large, {MOST_STEPS} are the most; frames(folder) writes "
                "any number of pictures, and save('page.html') a page for all"
            )


# --- what stands below -----------------------------------------------------------------------------------------------


def _heading(step: int, count: int, part: str) -> str:
    return words("step_of", step=step, count=count, where=f" · {part}")


def mathematical(line: str) -> Runs:
    """Plain text with its names as mathematics writes them.

    Example:
        >>> [tuple(run) for run in mathematical("dL/dw1 = 2x")]
        [('d', 'upright'), ('L', 'italic'), ('/d', 'upright'), ('w', 'italic'), ('1', 'subscript'), \
(' = 2', 'upright'), ('x', 'italic')]
    """
    runs: Runs = []
    end = 0
    for match in _QUANTITY.finditer(line):
        d, of, by, name = match.groups()
        if d or name:
            runs.append(Run(line[end : match.start()] + (d or "")))
            runs += name_runs(name) if name else [*name_runs(of), Run(f"/{d}"), *name_runs(by)]
            end = match.end()
    return [run for run in (*runs, Run(line[end:])) if run.text]


def _pieces(line: str, is_mathematics: bool, room: float, size: float) -> list[Runs]:
    """The pieces of a line between which it may be broken: before an equals sign, except for the first; after a comma.

    A piece that by itself is wider than the room is broken at its spaces.
    """
    pieces: list[list[str]] = [[]]
    for word in line.split(" "):
        last = pieces[-1]
        if (word == "=" and len(last) > 1) or (last and last[-1].endswith(",")):
            pieces.append([])
        pieces[-1].append(word)
    set_in = mathematical if is_mathematics else _plain
    found: list[Runs] = []
    for piece in pieces:
        runs = set_in(" ".join(piece))
        found += [runs] if width_of(runs, size) <= room else [set_in(word) for word in piece]
    return found


def _lines_of(text: str) -> list[str]:
    """What happens, a line for each part; a semicolon between the arguments of a function parts nothing."""
    lines = [""]
    for piece in text.split("; "):
        if lines[-1].count("(") > lines[-1].count(")"):
            lines[-1] += f"; {piece}"
        else:
            lines.append(piece)
    return lines[1:]


def _plain(line: str) -> Runs:
    return [Run(line)]


def _wrapped(pieces: Sequence[Runs], room: float, size: float) -> list[Runs]:
    """Lines of at most this width."""
    lines: list[Runs] = [[]]
    for piece in pieces:
        longer = [*lines[-1], Run(" "), *piece] if lines[-1] else piece
        if width_of(longer, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _text(name: str, fill: str, x: float, y: float, runs: Runs, size: float, weight: str = "400") -> str:
    """A line of text; as a style what the style sheet of a chart would go before."""
    return (
        f'<text class="{name}" fill="{fill}" font-size="{size:.1f}" font-weight="{weight}" text-anchor="start" '
        f'xml:space="preserve" style="text-anchor:start" x="{x:g}" y="{y:.1f}">{written_runs(runs, size)}</text>'
    )
