"""What a figure shows, read from its HTML as a notebook gets it."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

from autograd.stepper.figure import Figure


def picture_of(figure: Figure) -> str:
    """The finished picture, as SVG."""
    (encoded,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', figure._repr_html_())
    return base64.b64decode(encoded).decode()


def data_of(figure: Figure) -> dict[str, Any]:
    """What the script gets."""
    ((how, block),) = re.findall(
        r'<script type="application/json"([^>]*)>(.*?)</script>', figure._repr_html_(), re.DOTALL
    )
    if "data-deflated" in how:
        block = zlib.decompress(base64.b64decode(block)).decode()
    data: dict[str, Any] = json.loads(block)
    return data
