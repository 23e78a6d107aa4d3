"""`html_table`: every table that is written in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SIDES = {"<": "left", ">": "right"}


def html_table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    """A table whose cells say themselves how they look, as hosts differ: one aligns all to the right, one has no room.

    Arguments:
        head: the names of the columns, as HTML.
        rows: the cells, as HTML.
        sides: for each column "<" or ">", the side on which it is aligned.

    Example:
        >>> html_table(["a"], [["1"]], ">").partition("</thead>")[0]
        '<table><thead><tr><th style="text-align:right;padding:3px 9px">a</th></tr>'
    """
    looks = [f' style="text-align:{_SIDES[side]};padding:3px 9px"' for side in sides]

    def row(kind: str, cells: Sequence[str]) -> str:
        parts = [f"<{kind}{look}>{cell}</{kind}>" for look, cell in zip(looks, cells, strict=True)]
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join([row("td", cells) for cells in rows])
    return f"<table><thead>{row('th', head)}</thead>\n<tbody>{body}</tbody></table>"
