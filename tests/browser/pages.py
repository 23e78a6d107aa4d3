"""Figures that compute, many on one page, and what the page says of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from autograd.stepper.figure import Figure

_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)

TEXTS = """() => [...document.querySelectorAll("[data-chainrule]")].map(({figure}) =>
    figure.passes.all.map((step) => figure.saying.text(step)))"""
ROWS = """() => [...document.querySelectorAll("[data-chainrule]")].map((host) =>
    [...host.querySelectorAll("details tbody tr")].map((row) => row.cells[2].textContent))"""
NUMBERS = """() => [...document.querySelectorAll("[data-chainrule]")].map(({figure}) => ({
    values: [...figure.tape.values].map(String),
    gradients: [...figure.tape.backward().upstream].map(String),
    outside: [...figure.tape.outside],
    unknown: [...figure.tape.unknown],
}))"""
EDIT = """(edits) => [...document.querySelectorAll("[data-chainrule]")].forEach(({figure}, i) =>
    figure.tools[0].setAll(new Map(edits[i])))"""
# Every equation of every step of every figure: its sides in MathML. A box is an equation, too: its name, its number.
EQUATIONS = """() => {
    const sidesOf = (equation) => {
        const sides = [];
        for (const math of equation.querySelectorAll("math")) {
            const isNext = math.firstElementChild.textContent === "=" || math.closest("output");
            if (math.firstElementChild.textContent === "=") math.firstElementChild.remove();
            if (isNext || !sides.length) sides.push("");
            sides[sides.length - 1] += math.innerHTML.replaceAll("&nbsp;", "\\u00a0");
        }
        return sides;
    };
    return [...document.querySelectorAll("[data-chainrule]")].map(({figure}) => figure.passes.all.map((step) => {
        const holder = document.createElement("template");
        holder.innerHTML = figure.maths(step);
        const equations = [...holder.content.querySelectorAll(".box, .equation")];
        return equations.filter((part) => !part.parentElement?.closest(".box")).map(sidesOf);
    }));
}"""


def page_of(figures: Sequence[Figure], folder: Path) -> Path:
    """A page with figures of one kind, whose script stands there once."""
    parts = [figure._repr_html_() for figure in figures]
    (script,) = {found for part in parts for found in _SCRIPT.findall(part)}
    page = folder / "figures.html"
    body = "\n".join([part.replace(script, "") for part in parts])
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{body}{script}", encoding="utf-8")
    return page
