"""Practice in a real browser: fields, the judge, hints, and that no hidden number is to be seen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograd import show, topological_order
from autograd.derivation.worked_example import worked_example
from autograd.derivation.writing import significant
from tests.browser.conftest import Tab
from tests.stepper.practised import CASES, found_by_proofread, recorded

pytestmark = pytest.mark.slow  # a browser is started

FIGURE = "document.querySelector('[data-chainrule]').figure"
JUDGED = f"""(page) => {{
    const {{ practice, writing, tape }} = {FIGURE};
    const names = writing.names.map(([name]) => name);
    const derivative = new RegExp(`^d${{names[tape.root]}}/d(.*)$`);
    const key = (text) => derivative.test(text) ? `g${{names.indexOf(derivative.exec(text)[1])}}` : `v${{names.indexOf(text)}}`;
    const name = (key) => key[0] === "v" ? names[key.slice(1)] : `d${{names[tape.root]}}/d${{names[key.slice(1)]}}`;
    const entries = page.map(([text, entry]) => ({{ key: key(text), page: practice.constructor.read(entry) }}));
    return practice.judge.findings(entries).map(({{ verdict, cause, mistake }}) =>
        [verdict, verdict === "follows" ? name(cause) : "", ["slip", "follows"].includes(verdict) ? mistake : ""]);
}}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the graphs of the cases, and of the worked example with what is hidden."""
    folder = tmp_path_factory.mktemp("pages")
    for name, graph in CASES["graphs"].items():
        show(recorded(graph), names=None, hide="all").save(folder / f"{name}.html")
    for hide in ("gradients", "values", "all"):
        show(worked_example().L, names=None, hide=hide).save(folder / f"{hide}.html")
    return folder


def judged(tab: Tab, page: Mapping[str, str]) -> list[list[str]]:
    found: list[list[str]] = tab.page.evaluate(JUDGED, list(page.items()))
    return found


def fill(tab: Tab, key: str, entry: str, place: str = "list") -> None:
    tab.page.locator(f'[data-field="{key}"][data-place="{place}"]').fill(entry)
    tab.press("Enter")


def key_of(tab: Tab, quantity: str) -> str:
    """The key of a quantity: its name, or grad and its name."""
    names = [name for name, *_ in tab.page.evaluate(f"{FIGURE}.writing.names")]
    kind, _, name = quantity.rpartition(" ")
    return f"{'g' if kind else 'v'}{names.index(name)}"


def seen(tab: Tab) -> str:
    """All that is to be seen or read out: text, labels, titles, what stands in fields."""
    text: str = tab.page.evaluate(
        """() => {
            const shadow = document.querySelector("[data-chainrule]").shadowRoot;
            const rows = [...document.querySelectorAll("[data-chainrule] tbody td:last-child")].map((cell) => cell.textContent);
            const shown = [...shadow.querySelectorAll("*")].filter((element) => !["style", "option"].includes(element.localName)
                && !element.closest(".given-numbers, .descent"));
            const own = (element) => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
            return [...rows, ...shown.flatMap((element) => [own(element), element.title, element.ariaLabel, element.value])].join(" ");
        }"""
    )
    return text.replace("−", "-")


def numbers_in(text: str) -> set[str]:
    """Without their signs, which stand apart in formulas."""
    return set(re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", text))


# --- one judge -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", CASES["graphs"])
def test_the_page_judges_as_proofread_does(graph: str, pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / f"{graph}.html")
    for case in CASES["cases"]:
        if case["graph"] == graph:
            found = judged(tab, {key: entry[0] for key, entry in case["entries"].items()})
            wanted = [[*entry[1:], "", ""][:3] for entry in case["entries"].values()]
            assert dict(zip(case["entries"], found, strict=True)) == dict(zip(case["entries"], wanted, strict=True)), (
                case
            )
    assert tab.said == []


def test_the_page_reads_numbers_as_python_does(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "notes.html")
    read = tab.page.evaluate(
        f"""(texts) => texts.map((text) => {{
            const read = {FIGURE}.practice.constructor.read(text);
            return read ? [text, read.number, read.significant, read.exponent] : [text, null, null, null];
        }})""",
        [text for text, *_ in CASES["numbers"]],
    )
    for found, wanted in zip(read, CASES["numbers"], strict=True):
        if "/" in found[0] and found[1] is not None:  # a fraction has as many digits as nobody prints
            found, wanted = found[:2], wanted[:2]
        assert found == wanted


@pytest.mark.parametrize("entry", ["1e999", "-1e999", "7e400", "1e308"])
def test_a_number_too_large_for_a_float_is_not_right_as_far_as_it_goes(
    entry: str, pages: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(pages / "gradients.html")
    key = key_of(tab, "grad w1")
    fill(tab, key, entry)
    assert tab.page.evaluate(f"{FIGURE}.practice.state({FIGURE}.practice.blank('{key}'))") in ("slip", "unread")


@pytest.mark.parametrize("hide", ["gradients", "all"])
def test_a_number_that_was_found_stands_in_the_picture_at_every_step(
    hide: str, pages: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(pages / f"{hide}.html")
    root = worked_example().L
    root.backward()
    for node in topological_order(root):
        key = key_of(tab, f"grad {node.label}") if node.label and node is not root else ""
        if not tab.page.locator(f'[data-field="{key}"][data-place="list"]').count():
            continue
        fill(tab, key, f"{node.grad:.6g}")
        for step in ("Home", "End", "Home"):
            tab.page.locator(".stepper").focus()
            tab.press(step)
            shown = tab.page.locator(f"[data-node='{key[1:]}'] .gradient").text_content().replace("−", "-")
            assert significant(node.grad, 4).replace("−", "-") in shown, (node.label, step)


@pytest.mark.parametrize("graph", ["parting", "quotient"])
def test_one_slip_in_a_page_is_judged_by_both_alike(graph: str, pages: Path, open_tab: Callable[..., Tab]) -> None:
    root = recorded(CASES["graphs"][graph])
    root.backward()
    order = [node for node in topological_order(root) if node.depth]
    exact = {str(node.label): node.data for node in order}
    exact |= {f"d{root.label}/d{node.label}": node.grad for node in reversed(order) if node is not root}
    tab = open_tab(pages / f"{graph}.html")
    for seed in random.sample(range(10**6), 12):
        chance = random.Random(seed)
        page = {key: f"{x:.{chance.randint(4, 6)}g}" for key, x in exact.items()}
        wrong = chance.choice(list(page))
        page[wrong] = f"{exact[wrong] * chance.choice([2, 0.5, -1, 10, chance.uniform(1.1, 3)]):.6g}"
        assert judged(tab, page) == found_by_proofread(root, page), f"seed {seed}: {page}"


# --- nothing is given away -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hide", ["gradients", "values", "all"])
def test_no_step_and_no_card_shows_a_hidden_number(hide: str, pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / f"{hide}.html")
    root = worked_example().L
    root.backward()
    values = {significant(abs(node.data), 4) for node in topological_order(root) if node.depth}
    gradients = {significant(abs(node.grad), 4) for node in topological_order(root)}
    given = {significant(node.data, 4) for node in topological_order(root) if not node.depth} | {"0.5"}
    hidden = {"gradients": gradients - values, "values": values, "all": values | gradients}[hide] - given
    tab.page.locator(".stepper").focus()
    for _ in range(tab.steps()):
        tab.press("Enter")  # the card of the node that the step is about
        assert not numbers_in(seen(tab)) & hidden
        tab.press("ArrowRight")
    assert not tab.page.locator(".descent").is_visible(), "an update would tell the gradients"


@pytest.mark.parametrize("hide", ["gradients", "values", "all", ["h"], ["y", "dL/dh"]])
def test_the_script_writes_the_steps_as_python_does(hide: Any, tmp_path: Path, open_tab: Callable[..., Tab]) -> None:
    for name, root in (("notes", worked_example().L), ("off", recorded(CASES["graphs"]["off"]))):
        if name == "off" and not isinstance(hide, str):
            continue
        figure = show(root, names=None, hide=hide)
        tab = open_tab(figure.save(tmp_path / f"{name}.html"))
        tab.page.evaluate(f"{FIGURE}.changed()")
        rows = tab.page.locator("tbody td:nth-child(3)").all_text_contents()
        assert rows == [step.text for step in figure.steps]
        assert tab.said == []


def test_hints_come_one_by_one_and_never_are_the_answer(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html")
    for quantity in ("h", "grad h", "grad w1"):
        key = key_of(tab, quantity)
        tab.page.locator(f'[data-field="{key}"][data-place="list"]').focus()
        button = tab.page.get_by_role("button", name=re.compile("int$"))
        hints = 0
        while button.is_visible():
            button.click()
            hints += 1
            assert tab.page.locator(".hints li").count() == hints
            assert not numbers_in(seen(tab)) & {"0.6225", "0.03398", "0.007985"}
        assert hints > (quantity != "h")


# --- filling in ----------------------------------------------------------------------------------------------------


def test_a_right_number_is_shown_from_then_on_and_what_follows_appears(
    tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(show(worked_example().L, names=None, hide=["h", "dL/dy"]).save(tmp_path / "some.html"))
    assert "y = v2 + b2 = …" in seen(tab)
    fill(tab, key_of(tab, "h"), "0,62")
    assert "h = σ(z1) = σ(0.5) = 0.6225" in seen(tab)
    assert "y = v2 + b2 = 0.1867 + 0.2 = 0.3867" in seen(tab)
    assert "dL/dv3 · dv3/dy = ?" in seen(tab)
    assert tab.text(".progress") == "1 of 2"
    fill(tab, key_of(tab, "grad y"), "-0.1133")
    assert tab.text(".progress") == "2 of 2"
    assert tab.page.locator(".descent").is_visible()
    assert tab.said == []


@pytest.mark.parametrize(
    ("quantity", "entry", "said", "mark"),
    [
        ("h", "0.6225", "Right.", "✓"),
        ("h", "62.2 %", "Right.", "✓"),
        ("L", "0.0064", "Right.", "✓"),
        ("L", "0", "Right as far as it goes; give 2 digits or more.", "..."),
        ("L", "0.01", "Right as far as it goes; give 2 digits or more.", "..."),
        ("v4", "0.0128", "Right.", "✓"),
        ("h", "0.7", "Not right yet.", "✗"),
        ("h", "<img src=x onerror=alert(1)>", "“<img src=x onerror=alert(1)>” is no number; write 0.6, 0,6, 3/4", "✗"),
    ],
)
def test_an_entry_is_judged(
    quantity: str, entry: str, said: str, mark: str, pages: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(pages / "values.html")
    fill(tab, key_of(tab, quantity), entry)
    assert tab.page.locator(".below-blank .verdict").inner_text().startswith(said)
    assert tab.text(f'[data-mark="{key_of(tab, quantity)}"]') == mark
    assert tab.said == []


def test_what_follows_from_an_earlier_wrong_number_says_so(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "gradients.html")
    fill(tab, key_of(tab, "grad y"), "0.1133")
    fill(tab, key_of(tab, "grad h"), "0.03399")
    assert tab.text(".below-blank .verdict") == "It follows from your dL/dy, which is not right yet."
    assert "dL/dh" in tab.text(".hand-in output").split("not right")[1]


@pytest.mark.parametrize(
    ("entry", "question", "mistake"),
    [
        ("0.03398", "Is the sign right?", "That is with the other sign"),
        ("-0.11326", "Is the local derivative right?", "That is without the factor"),
        ("-0.06796", "Is each factor in it, and once?", "That is twice as much"),
    ],
)
def test_a_hint_says_where_to_look_and_the_next_which_factor_is_wrong(
    entry: str, question: str, mistake: str, pages: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(pages / "gradients.html")
    fill(tab, key_of(tab, "grad h"), entry)
    assert tab.page.locator(".hints li").count() == 0, "nobody has asked"
    tab.page.get_by_role("button", name="Hint", exact=True).click()
    assert tab.text(".hints li") == question
    tab.page.get_by_role("button", name="Another hint").click()
    assert tab.page.locator(".hints li").nth(1).inner_text().startswith(mistake)


def test_the_answer_is_shown_to_whoever_asks_and_the_line_says_so(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "gradients.html", permissions=["clipboard-read", "clipboard-write"])
    key = key_of(tab, "grad h")
    tab.page.locator(f'[data-field="{key}"][data-place="list"]').focus()
    tab.page.get_by_role("button", name="Show the answer").click()
    assert tab.page.locator(f'[data-field="{key}"][data-place="list"]').input_value() == "−0.03398"
    tab.page.locator(f'[data-field="{key_of(tab, "grad y")}"][data-place="list"]').focus()
    tab.page.get_by_role("button", name="Hint", exact=True).click()
    fill(tab, key_of(tab, "grad y"), "-0.1133")
    fill(tab, key_of(tab, "grad w2"), "-0.0705")
    tab.page.locator(".student").fill("Ada")
    line = tab.text(".hand-in output")
    assert line.startswith("Ada: 1 right (dL/dw2); 1 right with a hint (dL/dy); 1 shown (dL/dh); 10 left open (")
    tab.page.get_by_role("button", name="Copy the line to hand in").click()
    tab.page.get_by_role("button", name="Copied").wait_for()
    assert tab.page.evaluate("navigator.clipboard.readText()").startswith("Ada: 1 right (dL/dw2); 1 right with a hint")


def test_numbers_are_judged_by_the_given_numbers_of_now(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html")
    fill(tab, key_of(tab, "v1"), "0.4")
    assert tab.text(".progress") == "1 of 21"
    tab.page.locator(".given-numbers summary").click()
    tab.page.locator('.entries [aria-label="w1"]').fill("0.6")
    assert tab.text(".progress") == "0 of 21"
    assert "w1 = 0.6" in tab.text(".hand-in output")
    fill(tab, key_of(tab, "v1"), "0.6")
    assert tab.text(".progress") == "1 of 21"
    assert tab.said == []


def test_why_a_gradient_is_so_appears_when_it_is_found(tmp_path: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(show(worked_example().L, names=None, hide=["dL/dw1"]).save(tmp_path / "one.html"))
    tab.page.evaluate(f"{FIGURE}.open({FIGURE}.boxOf.get({key_of(tab, 'w1')[1:]}))")
    assert "appears when its gradient is found" in tab.text(".why")
    assert tab.page.locator(".nudge").inner_text() == ""
    fill(tab, key_of(tab, "grad w1"), "-0.007985")
    assert tab.page.locator(".why li").count() == 1
    assert tab.page.locator(".nudge input").count() == 1


def test_a_number_found_before_those_that_it_follows_from_does_not_tell_them(
    pages: Path, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(pages / "all.html")
    fill(tab, key_of(tab, "L"), "0.0064")
    fill(tab, key_of(tab, "grad x"), "-0.0032")
    assert "L = 0.5 v4 = 0.006414" in seen(tab)
    assert tab.text(".progress") == "2 of 21"
    tab.page.locator(".stepper").focus()
    for _ in range(tab.steps()):
        tab.press("Enter")
        assert not numbers_in(seen(tab)) & {"0.01283", "0.007985", "0.1133", "0.6225"}
        tab.press("ArrowRight")


# --- with mouse and keyboard ---------------------------------------------------------------------------------------


def test_a_click_on_a_blank_in_the_picture_opens_a_field_over_it(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html")
    box = tab.page.locator("[data-node]", has_text="σ(z1)")
    place = box.locator(".gradient").bounding_box()
    tab.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    assert tab.page.locator(".over").get_attribute("data-field") == key_of(tab, "grad h")
    tab.press("Escape")
    assert tab.page.locator(".over").count() == 0
    place = box.locator(".value").bounding_box()
    tab.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    tab.page.keyboard.type("0.38")
    tab.press("Enter")
    assert "0.38 ✗" in box.locator(".value").text_content()
    assert tab.page.locator(".over").count() == 0
    assert tab.page.locator(".card.node").is_hidden()
    assert tab.said == []


def test_keys_in_a_field_write_and_the_tab_key_goes_on_from_there(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html")
    tab.page.locator(".stepper").focus()
    tab.press("ArrowRight")
    tab.page.locator('[data-place="step"]').focus()
    tab.page.keyboard.type("0.5")
    tab.press("ArrowLeft", "ArrowLeft", "Home", "End", "Backspace")
    tab.page.keyboard.type("4")
    assert tab.step() == 2
    tab.press("Tab")
    tab.page.wait_for_function(f"{FIGURE}.practice.asked[0].finding")
    assert tab.text(".progress") == "1 of 21"
    assert tab.page.evaluate(f"{FIGURE}.shadow.activeElement !== null")


def test_every_field_has_a_name(pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html")
    labels = [field.get_attribute("aria-label") for field in tab.page.locator(".blanks input").all()]
    assert {"h", "L", "dL/dh", "dL/dw1"} <= set(labels)
    assert len(set(labels)) == len(labels) == 21


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_window(width: int, pages: Path, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(pages / "all.html", width=width, height=844)
    fill(tab, key_of(tab, "h"), "0.37754")
    tab.page.get_by_role("button", name="Hint", exact=True).click()
    tab.page.locator(".stepper").focus()
    tab.press("End")
    assert tab.fits(".practise, .blanks input, .below-blank, .step input, .hand-in")
