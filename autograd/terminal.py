"""What the command line has to know of a terminal: whether it shows colours, and how wide help may be."""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from typing import TextIO

_CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def shows_colour(stream: TextIO) -> bool:
    """Whether colours are seen there and wanted: in a terminal that is not dumb, unless NO_COLOR is set."""
    known = os.environ.get("TERM") or os.environ.get("WT_SESSION")  # a terminal of Windows sets the second
    return stream.isatty() and known not in (None, "", "dumb") and not os.environ.get("NO_COLOR")


def coloured(text: str, colour: str, stream: TextIO) -> str:
    """The text in a colour, or bold, where the stream shows that; else as it is.

    Example:
        >>> import io
        >>> coloured("slip", "red", io.StringIO())
        'slip'
    """
    return f"\033[{_CODES[colour]}m{text}\033[0m" if shows_colour(stream) else text


class HelpFormatter(argparse.HelpFormatter):
    """Help as wide as the terminal: paragraphs are wrapped, and indented lines are commands, which stay whole.

    A command that is too long goes on in the next line after a backslash, as a shell takes it.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = re.findall(r"(?m)^  .*|(?:^\S.*\n?)+|^$", text)
        return "\n".join([_command(b, width) if b.startswith("  ") else textwrap.fill(b, width) for b in blocks])


def _command(line: str, width: int) -> str:
    """An indented command, broken at spaces outside of quotes."""
    words = re.findall(r"(?:\"[^\"]*\"|'[^']*'|\S)+", line)
    lines = [f"  {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + len(word) + 3 > width:
            lines[-1] += " \\"
            lines.append(f"      {word}")
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines)
