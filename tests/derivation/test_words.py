"""The catalogue of words: whatever derivations, proofs, the stepper and the command line show is taken from it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from string import Formatter

import pytest

from autograd import Value, draw, explain, functions, proofread, proofread_class, show, worksheet
from autograd.__main__ import main
from autograd.derivation.words import ENGLISH, LANGUAGES, speaking, spoken_language, words, written
from autograd.derivation.worked_example import PRINTED, worked_example
from autograd.engine.primitives import PRIMITIVES

ROOT = Path(__file__).parents[2]
OF_AUTOGRAD = ("derivation", "drawing", "stepper", "worksheets")
ROOMS = [*[ROOT / "autograd" / room for room in OF_AUTOGRAD], ROOT / "nn" / "views"]
SOURCES = {
    path: path.read_text("utf-8")
    for room in ROOMS
    for path in sorted(room.rglob("*"))
    if path.suffix in (".py", ".js", ".html") and not path.stem.startswith("words")
} | {
    ROOT / file: (ROOT / file).read_text("utf-8")
    for file in ("autograd/__main__.py", "nn/history.py", "nn/plots/figure.py")
}
STYLED = ("svg.py", "html.py", "typeset.py")
NAMED = {op.notation for op in PRIMITIVES} | {"inf", "nan", "html"}  # functions, numbers, the file that was asked for


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of a language without Latin letters."""
    there = {key: re.sub(r"[A-Za-z']+(?![^{}]*\})", "ж", template) for key, template in ENGLISH.items()}
    monkeypatch.setitem(LANGUAGES, "xx", there)


def latin(shown: str) -> set[str]:
    """The words of an alphabet that the foreign language does not have; names such as dL and w1 are shorter."""
    return set(re.findall(r"[A-Za-z]{3,}", re.sub(r"\\[a-z]+|<[^>]*>|&#?\w+;", " ", shown))) - NAMED


@pytest.mark.usefixtures("foreign")
def test_a_derivation_and_a_proof_speak_another_language() -> None:
    example = worked_example()
    L, w1, x, y = example.L, example.w1, example.x, example.y
    held = functions.stop_gradient(x) * 2.0 + (Value(1.0, label="c") - x).relu()
    derivations = [
        explain(L, names=None, language="xx"),
        *(explain(root, wrt, names=None, language="xx") for root in (L, held) for wrt in (w1, x, y)),
        explain(functions.leaky_relu(x, 0.2) * x.tanh() ** x.sigmoid(), x, names=None, max_paths=1, language="xx"),
        explain(functions.where(x, w1, x), names=None, language="xx"),
    ]
    for derivation in derivations:
        in_latex = re.sub(r"\\mathrm|alignat|align", "", derivation.latex)
        in_typst = re.sub(r"frac|upright|thin|quad|op\(|abs|sqrt", "", derivation.typst)
        for shown in (str(derivation), derivation.mathml, in_latex, in_typst):
            assert not latin(shown), shown
    proof = proofread(L, {**PRINTED, ("L", "b1"): "-0.00798"}, names=None, language="xx")
    assert not latin(str(proof))
    assert not latin(proof._repr_html_())


@pytest.mark.usefixtures("foreign")
def test_the_stepper_and_its_page_speak_another_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figure = show(worked_example().L, names=None, language="xx")
    page = figure.page()
    assert not latin(" ".join([repr(figure).replace("save", ""), *[f"{row.part} {row.text}" for row in figure.steps]]))
    data = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[0])
    without = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    for html in (without, data["controls"]):
        assert not latin(unescape(html))
        for attribute in re.findall(r'(?:aria-label|title|alt)="([^"]*)"', html):
            assert not latin(attribute)
    assert not latin(" ".join(re.sub(r"\{\w+(:,)?\}", "", template) for template in data["words"].values()))
    sheet = worksheet(worked_example().L, names=None, seed=1, language="xx")
    for document in (sheet, sheet.solution, sheet.variants(2).solution):
        title, pages = re.sub(r"save\(.*?\)", "", repr(document)), [document.html, document.markdown, document.text]
        shown = [re.sub(r"<style.*?</style>|data:\S+|\$.*?\$", "", page, flags=re.S) for page in pages]
        for text in (title, *shown, *re.findall(r'alt="([^"]*)"', document.html)):
            assert not latin(unescape(text).replace("emsp", "").replace("ensp", "")), text
    main(["--html", str(tmp_path / "p.html"), "--language", "xx"])
    assert not latin(capsys.readouterr().out.replace(str(tmp_path), "").replace("FILE", ""))


def test_every_key_is_asked_for_and_every_key_that_is_asked_for_is_there() -> None:
    sources = "\n".join(SOURCES.values())
    asked = set(re.findall(r"""(?:words|say)\(["'](\w+)["']""", sources))
    assert asked <= set(ENGLISH)
    marks = {"decimal_mark", "thousands_mark"}  # which the catalogue itself puts into numbers
    assert {key for key in ENGLISH if not re.search(rf"""["'$]{key}\b""", sources)} - marks == set()


def test_the_page_script_has_no_words_of_its_own() -> None:
    for path, source in SOURCES.items():
        if path.suffix == ".js":
            code = re.sub(r"/\*.*?\*/|//.*", "", source, flags=re.S)
            for literal in re.findall(r'"[^"\n]*"|`[^`]*`', code):
                text = re.sub(r"\$\{[^}]*\}|<[^>]*>", "", literal)
                assert not re.search(r"[A-Za-z]{2,} [a-z]{2,}", text), (path.name, literal)


def test_the_rooms_write_no_words_but_those_of_errors() -> None:
    for path, source in SOURCES.items():
        if path.suffix != ".py" or path.parent not in ROOMS or path.name in (*STYLED, "expression.py"):
            continue  # one says what is a mistake, the others have style sheets
        tree = ast.parse(source)
        errors: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        errors += [
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and "weights_of" in ast.dump(node.func)
        ]
        documents = [
            node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ]
        allowed = {id(inside) for node in (*errors, *documents) for inside in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed:
                markup = re.search(r"[<>:'\"]", node.value) or node.value == "cut off"  # a verdict
                assert markup or not re.search(r"[A-Za-z]{2,} [a-z]{2,}", node.value), (path.name, node.value)


def test_what_is_put_in_stands_in_the_template() -> None:
    assert words("carries_on", number="0.5", cause="h") == "0.5 when rounded; carries on the slip of h"
    with pytest.raises(KeyError):
        words("nothing")


# --- languages ---------------------------------------------------------------------------------------------------


def fields(template: str) -> list[set[str]]:
    """The parts of a template, and of each half of one that has two."""
    return [{name for _, name, _, _ in Formatter().parse(half) if name} for half in template.split(" | ")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing_and_the_parts_of_a_template_are_the_same_in_every_language(language: str) -> None:
    catalogue = LANGUAGES[language]
    assert list(catalogue) == list(ENGLISH)
    for key, template in catalogue.items():
        assert template.strip() or key in ("thousands_mark", "and"), key
        assert fields(template) == fields(ENGLISH[key]), key
        assert (template[0] == " ") == (ENGLISH[key][0] == " "), key
        assert key.endswith("_mark") or (template[-1] in ".:") == (ENGLISH[key][-1] in ".:"), key
    assert catalogue["language"] == language


def test_a_number_has_the_marks_of_its_language() -> None:
    with speaking("fr"):
        assert (written("-0.4e-5"), words("paths", count=12345)) == ("-0,4e-5", "12\u202f345 chemins mènent")
    assert words("paths", count=12345) == "12,345 paths lead"
    x, y = Value(0.4, label="x"), Value(1.5, label="y")
    found = explain(functions.maximum(x, y) * 0.5, names=None, language="de")
    assert "max(0,4; 1,5)" in str(found)
    assert r"\max\left(0{,}4; 1{,}5\right)" in found.latex
    assert "<mn>0,4</mn>" in found.mathml
    assert '0","4; 1","5' in found.typst


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_a_number_is_mathematics_in_every_language(language: str) -> None:
    w, x = Value(-0.7, label="w"), Value(-0.5, label="x")
    z = w * x - 1e-9
    z.label = "z"
    english, other = (explain(z.tanh(), names=None, language=spoken) for spoken in ("en", language))
    comma = {".": ".", ",": '","'}[str(LANGUAGES[language]["decimal_mark"])]
    assert "(-0.5)" in english.typst  # a minus sign in quotation marks would be a hyphen
    numbers = re.sub(r"(?<=\d)\.(?=\d)", comma, english.typst)
    assert [line for line in other.typst.splitlines() if "=" in line] == [x for x in numbers.splitlines() if "=" in x]


def test_what_is_made_in_a_language_keeps_it_and_no_other_call_speaks_it() -> None:
    x = Value(0.4, label="x")
    with speaking("de"):
        german = explain(x.sin(), names=None)
    spanish = explain(x.sin(), names=None, language="es")
    with ThreadPoolExecutor(2) as threads, speaking("fr"):
        told = [*threads.map(str, [german, spanish]), *map(str, [german, spanish])]
        assert [text.split()[0] for text in told] == ["Vorwärtsdurchlauf", "Propagación"] * 2
        assert threads.submit(spoken_language).result() == "en"
    assert spoken_language() == "en"


@pytest.mark.parametrize(
    "read",
    [
        lambda x, **options: explain(x, **options),
        lambda x, **options: draw(x, **options),
        lambda x, **options: show(x, **options),
        lambda x, **options: worksheet(x, **options),
        lambda x, **options: proofread(x, {}, **options),
        lambda x, **options: proofread_class(x, {}, **options),
    ],
)
def test_an_unknown_language_is_an_error_that_lists_those_there_are(read: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="language is 'en', 'es', 'de', 'fr'; there are no words in 'klingon'"):
        read(Value(0.4, label="x").sin(), names=None, language="klingon")
    assert spoken_language() == "en"
