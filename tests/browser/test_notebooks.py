"""Stepper and pictures in notebooks, in a real browser: JupyterLab, Notebook 7 and nbconvert's HTML, trusted and not.

One notebook is executed once; what is opened are copies of it, one whose signature Jupyter knows and one that it does
not, as any notebook that comes from somewhere else.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograd import explain, show
from autograd.derivation.worked_example import WorkedExample, worked_example
from autograd.derivation.writing import significant
from tests.browser.conftest import Tab
from tests.browser.jupyter import DARK, LIGHT, Jupyter
from tests.browser.test_stepper import contrast
from tests.peers import peer

pytestmark = pytest.mark.slow  # a browser is started

HOSTILE = "</script><img src=x onerror=alert(1)>"
VARIABLES, SHOWN, HOSTILE_SHOWN, DRAWN, EXPLAINED, MATHML = range(6)
CODE = [
    "from IPython.display import HTML\n"
    "from autograd import Value, draw, explain, show\n"
    "x, t, w1, b1, w2, b2 = map(Value, (1.0, 0.5, 0.4, 0.1, 0.3, 0.2))\n"
    "z1 = w1 * x + b1\n"
    "h = z1.sigmoid()\n"
    "y = w2 * h + b2\n"
    "L = 0.5 * (y - t) ** 2",
    "show(L)",
    f"v = Value(2.0, label={HOSTILE!r})\nshow(v * v)",
    "draw(L)",
    "explain(L, wrt=w1)",
    "HTML(explain(L, wrt=w1).mathml)",
]
OUTPUT = ".jp-OutputArea-output, .output"  # of JupyterLab and Notebook 7, and of nbconvert
SECONDS = 120  # at most, until something is there: the machine may be busy


@pytest.fixture(scope="module")
def example() -> WorkedExample:
    example = worked_example()
    example.L.backward()
    return example


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    nbformat = peer("nbformat")
    for needed in ("jupyterlab", "notebook", "nbconvert", "ipykernel"):
        peer(needed)
    server = Jupyter(tmp_path_factory.mktemp("jupyter"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CODE])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}

    def write(name: str, **metadata: str) -> None:
        notebook.metadata.update(metadata)
        nbformat.write(notebook, server.notebooks / name)

    write("empty.ipynb")
    server.do("nbconvert", "--to", "notebook", "--execute", "empty.ipynb", "--output", "trusted.ipynb")
    notebook = nbformat.read(server.notebooks / "trusted.ipynb", as_version=4)
    server.do("trust", "trusted.ipynb")
    for name in ("untrusted", "of_others_1", "of_others_2"):
        write(f"{name}.ipynb", title=f"{name}, which differs from what was signed")
    with server.running():
        yield server


@pytest.fixture(scope="module")
def open_notebook(jupyter: Jupyter, browser: Any) -> Iterator[Callable[..., Tab]]:
    """Open a notebook of the server, in a context of its own, so that no tab of another test is restored."""
    contexts = []

    def opened(path: str, theme: str = LIGHT) -> Tab:
        jupyter.choose_theme(theme)
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.set_default_timeout(1000 * SECONDS)
        tab.page.goto(jupyter.address(path))
        ready = tab.page.get_by_text("Kernel status: Idle")
        ready.wait_for(state="attached")
        tab.page.wait_for_function("!document.querySelector('.jp-Spinner')")
        return tab

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", params=[LIGHT, DARK])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def trusted(open_notebook: Callable[..., Tab], theme: str) -> Tab:
    return open_notebook("lab/workspaces/trusted/tree/trusted.ipynb?reset", theme)


@pytest.fixture(scope="module")
def untrusted(open_notebook: Callable[..., Tab], theme: str) -> Tab:
    tab = open_notebook("lab/workspaces/untrusted/tree/untrusted.ipynb?reset", theme)
    output(tab, SHOWN).locator("summary").wait_for()
    return tab


def output(tab: Tab, cell: int) -> Any:
    """The output of a cell."""
    return tab.page.locator(f"[data-windowed-list-index='{cell}'] .jp-OutputArea-output")


def from_first_cell(tab: Tab, act: Callable[[], None], until: Any) -> None:
    """Act until the effect is seen: a notebook that still loads loses keys, and then takes the focus."""
    for patience in (2, 2, 4, 8, 16, 32, SECONDS):  # growing: what was done again before it had its effect starts anew
        with contextlib.suppress(peer("playwright.sync_api").TimeoutError):
            tab.page.locator(".jp-Cell .cm-content").first.click(timeout=2000)
            act()
            until.wait_for(timeout=1000 * patience)
            return
    raise AssertionError(f"still not seen: {until}")


class Stepper:
    """A stepper in an output, used with mouse and keyboard."""

    def __init__(self, tab: Tab, where: Any) -> None:
        self.tab, self.where = tab, where
        where.locator(".stepper").wait_for()

    def step(self) -> int:
        return int(self.where.locator(".count").inner_text().split(" / ")[0])

    def steps(self) -> int:
        return int(self.where.locator(".count").inner_text().split(" / ")[1])

    def click(self, name: str) -> int:
        self.where.get_by_role("button", name=name, exact=True).click(force=True)  # also one that is disabled
        return self.step()

    def press(self, *keys: str) -> int:
        self.tab.press(*keys)
        return self.step()

    def gradients(self) -> dict[str, str]:
        """The gradient that the picture shows in each node that has a name."""
        pairs = self.where.locator("[data-node]:has(.gradient)").evaluate_all(
            "(nodes) => nodes.map((n) => [n.ariaLabel.split(' = ')[0], n.querySelector('.gradient').textContent])"
        )
        return {name: text.replace("−", "-").removeprefix("grad ") for name, text in pairs}


def ends_with_the_engines_gradients(stepper: Stepper, example: WorkedExample) -> bool:
    stepper.click("Last step")
    shown = stepper.gradients()
    return all(shown[name] == significant(node.grad) for name, node in example._asdict().items())


def notebook_state(tab: Tab) -> object:
    """What keys in command mode would change: the cells, their kinds, which one is selected, the mode."""
    return tab.page.evaluate(
        """() => [...document.querySelectorAll(".jp-Notebook .jp-Cell")].map((cell) =>
            [cell.className.replace(/\\S*(focus|hover|dirty)\\S*/gi, ""), cell.querySelector(".cm-content")?.textContent])
            .concat([[...document.querySelector(".jp-Notebook").classList].filter((name) => /mode/i.test(name))])"""
    )


def moves(stepper: Stepper) -> None:
    """Try every button and every key."""
    last = stepper.steps()
    stepper.click("First step")
    tried = [("Forward", 2), ("Forward", 3), ("Back", 2), ("Last step", last), ("Forward", last), ("First step", 1)]
    assert [(name, stepper.click(name)) for name, _ in tried] == tried
    before = notebook_state(stepper.tab)
    keys = [("ArrowRight", 2), ("ArrowDown", 3), ("ArrowLeft", 2), ("ArrowUp", 1), ("End", last), ("Home", 1)]
    assert [(key, stepper.press(key)) for key, _ in keys] == keys
    stepper.where.locator(".picture").click(position={"x": 3, "y": 3})
    assert [(key, stepper.press(key)) for key, _ in keys] == keys
    stepper.press("Space")
    stepper.where.get_by_role("button", name="Pause").wait_for()
    stepper.press("Space")
    stepper.where.get_by_role("button", name="Play").wait_for()
    stepper.press("Home", *"abxvmyjkdd", "Escape", "Enter", "Escape", "Shift+Space", "Shift+ArrowDown", "Home")
    assert notebook_state(stepper.tab) == before, "a key reached the notebook"


def pixels(where: Any) -> Any:
    """How bright each pixel of an element is on the screen, from 0 to 1."""
    image = peer("matplotlib.image").imread(io.BytesIO(where.screenshot()))
    return image[..., :3] @ [0.299, 0.587, 0.114]


def foreign(tab: Tab, jupyter: Jupyter) -> list[str]:
    """What was asked of anyone but the server of the tests."""
    return [url for url in tab.requested if not url.startswith(("data:", "blob:", jupyter.origin))]


# --- trusted -----------------------------------------------------------------------------------------------------


def test_running_the_cells_gives_the_stepper_and_so_does_opening_what_was_saved(
    jupyter: Jupyter, open_notebook: Callable[..., Tab], example: WorkedExample
) -> None:
    tab = open_notebook("lab/workspaces/run/tree/empty.ipynb?reset")
    prompts = tab.page.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]"))
    from_first_cell(tab, lambda: tab.press("Control+Enter"), until=prompts)
    for cell in (SHOWN, HOSTILE_SHOWN):
        tab.page.locator(".jp-Cell .cm-content").nth(cell).click()
        tab.press("Control+Enter")
    stepper = Stepper(tab, output(tab, SHOWN))
    moves(stepper)
    assert ends_with_the_engines_gradients(stepper, example)

    tab.page.locator(".jp-Cell .cm-content").nth(SHOWN).click()
    tab.press("Control+Enter")  # once more
    stepper.where.locator(".count", has_text="1 / ").wait_for()
    assert stepper.click("Forward") == 2

    tab.page.locator(".jp-Cell .cm-content").nth(SHOWN).click()
    with tab.page.expect_response(lambda response: response.request.method == "PUT" and "/contents/" in response.url):
        tab.press("Control+s")
    tab.page.reload()
    assert stepper.step() == 1
    assert ends_with_the_engines_gradients(stepper, example)
    assert foreign(tab, jupyter) == []


@pytest.mark.parametrize("page", ["lab/workspaces/keys/tree/trusted.ipynb?reset", "notebooks/trusted.ipynb"])
def test_trusted_notebook_steps_at_once_and_keeps_its_keys(
    page: str, open_notebook: Callable[..., Tab], example: WorkedExample, jupyter: Jupyter
) -> None:
    tab = open_notebook(page)
    stepper = Stepper(tab, output(tab, SHOWN))
    moves(stepper)
    assert ends_with_the_engines_gradients(stepper, example)
    assert foreign(tab, jupyter) == []


def test_nodes_have_the_names_of_the_callers_variables(trusted: Tab, example: WorkedExample) -> None:
    assert set(example._asdict()) <= set(Stepper(trusted, output(trusted, SHOWN)).gradients())


def test_two_steppers_of_a_notebook_are_independent(trusted: Tab) -> None:
    one, other = (Stepper(trusted, output(trusted, cell)) for cell in (SHOWN, HOSTILE_SHOWN))
    assert (one.click("First step"), other.click("Last step")) == (1, other.steps())
    assert one.click("Forward") == 2
    assert other.step() == other.steps() != one.steps()


def test_hostile_label_stays_text(trusted: Tab, untrusted: Tab) -> None:
    for tab in (trusted, untrusted):
        where = output(tab, HOSTILE_SHOWN)
        assert where.locator("[onerror]").count() == where.locator("img[src='x']").count() == 0
        where.locator("details:has(table) > summary").click()
        assert HOSTILE in where.locator("details:has(table)").text_content()


def test_stepper_follows_the_notebooks_theme_and_can_be_read(trusted: Tab, theme: str) -> None:
    stepper = Stepper(trusted, output(trusted, SHOWN))
    stepper.click("Last step")
    for system in ("light", "dark"):
        trusted.page.emulate_media(color_scheme=system)
        for part in (".stepper", "svg.chainrule"):
            is_dark = (pixels(stepper.where.locator(part).first) < 0.5).mean()
            assert is_dark > 0.85 if theme == DARK else is_dark < 0.15, f"{part} where the system is {system}"
        for part in (".pass", ".count", ".step .what", "summary", ".sum b"):
            ink, *papers = stepper.where.locator(part).first.evaluate(COLOURS)
            assert contrast(ink, paper_of(papers)) >= 4.5, f"{part} where the system is {system}"


COLOURS = """(element) => {
    const colours = [getComputedStyle(element).color];
    for (let e = element; e; e = e.assignedSlot ?? e.parentElement ?? e.getRootNode().host)
        colours.push(getComputedStyle(e).backgroundColor);
    return colours;
}"""


def paper_of(papers: list[str]) -> str:
    """The first background that can be seen."""
    return next(paper for paper in papers if paper != "rgba(0, 0, 0, 0)")


# --- untrusted ---------------------------------------------------------------------------------------------------


def test_untrusted_notebook_runs_no_script(untrusted: Tab, jupyter: Jupyter) -> None:
    where = output(untrusted, SHOWN)
    assert where.evaluate("(element) => [...element.querySelectorAll('*')].every((e) => !e.shadowRoot)")
    assert where.locator("script, button").count() == 0
    assert foreign(untrusted, jupyter) == []


@pytest.mark.parametrize("cell", [SHOWN, DRAWN])
def test_untrusted_notebook_shows_the_picture_in_its_theme(untrusted: Tab, theme: str, cell: int) -> None:
    picture = output(untrusted, cell).locator("img")
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 200
    edge = "(element) => element.getBoundingClientRect().right"
    wide = picture.evaluate(edge) > output(untrusted, cell).evaluate(edge)  # it is scrolled, and its right side hidden
    for system in ("light", "dark"):
        untrusted.page.emulate_media(color_scheme=system)
        bright = pixels(picture)
        assert bright.std() > 0.05, "there is something in it"
        is_dark = (bright < 0.5).mean()
        assert is_dark > 0.85 if theme == DARK else is_dark < 0.15, f"where the system is {system}"
        corners = bright[[1, -2], [1, 1]] if wide else bright[[1, 1, -2, -2], [1, -2, 1, -2]]
        assert (abs(corners - bright[1, bright.shape[1] // 2]) < 0.15).all(), "the corners are of another colour"


def test_untrusted_notebook_lists_all_steps(untrusted: Tab, example: WorkedExample) -> None:
    where = output(untrusted, SHOWN)
    where.locator("details:has(table) > summary").click()
    rows = where.locator("tbody tr")
    # the notebook's variables have no labels, so only the texts differ in the names that show makes up
    assert rows.count() == len(show(example.L, names=None).steps)
    assert "h = σ(z1) = σ(0.5) = 0.6225" in rows.nth(3).text_content()
    area = where.bounding_box()
    for row in rows.all():
        assert row.is_visible()
        assert row.bounding_box()["x"] + row.bounding_box()["width"] <= area["x"] + area["width"]
        assert row.locator("td").last.evaluate("(cell) => getComputedStyle(cell).textAlign") == "left"
        ink, *papers = row.locator("td").last.evaluate(COLOURS)
        assert contrast(ink, paper_of(papers)) >= 4.5
    where.locator("details:has(table) > summary").click()


def by_the_palette(tab: Tab) -> None:
    def choose() -> None:
        tab.press("Control+Shift+C")
        tab.page.locator(".lm-CommandPalette-input:visible").fill("Trust Notebook", timeout=2000)
        tab.press("Enter")

    from_first_cell(tab, choose, until=tab.page.locator(".jp-Dialog"))


def by_the_menu(tab: Tab) -> None:
    tab.page.get_by_role("menuitem", name="File").click()
    tab.page.get_by_role("menuitem", name="Trust Notebook").click()


@pytest.mark.parametrize(
    ("page", "trust"),
    [
        pytest.param("lab/workspaces/trust/tree/of_others_1.ipynb?reset", by_the_palette, id="Lab"),
        pytest.param("notebooks/of_others_2.ipynb", by_the_menu, id="Notebook 7"),
    ],
)
def test_trusting_it_as_the_note_says_brings_it_to_life(
    page: str, trust: Callable[[Tab], None], open_notebook: Callable[..., Tab], example: WorkedExample
) -> None:
    tab = open_notebook(page)
    note = output(tab, SHOWN).locator("small").text_content()  # as written: what is not yet drawn has no inner text
    assert "in JupyterLab press Ctrl Shift C and choose Trust Notebook, in Notebook choose File, Trust Notebook" in note
    trust(tab)
    tab.page.locator(".jp-Dialog-button", has_text="Trust").click()
    stepper = Stepper(tab, output(tab, SHOWN))
    assert ends_with_the_engines_gradients(stepper, example)


# --- mathematics -------------------------------------------------------------------------------------------------


def test_derivation_is_set_as_mathematics(trusted: Tab, untrusted: Tab) -> None:
    for tab in (trusted, untrusted):
        output(tab, EXPLAINED).locator("mjx-mfrac").nth(4).wait_for()
        assert "\\frac" not in output(tab, EXPLAINED).inner_text()


def test_mathml_is_set_as_mathematics(trusted: Tab, example: WorkedExample) -> None:
    where = output(trusted, MATHML)
    assert len(where.locator("mtr").all()) == len(str(explain(example.L, wrt=example.w1)).splitlines())
    upper, lower = (where.locator("mfrac").first.locator(f"> :nth-child({i})").bounding_box() for i in (1, 2))
    assert upper["y"] + upper["height"] <= lower["y"] + 1, "the numerator stands above the denominator"
    line = where.locator("mtr").nth(2).bounding_box()["height"]
    assert where.locator("mtr").nth(1).bounding_box()["height"] < 1.5 * line, "brackets are no taller than need be"


# --- nbconvert ---------------------------------------------------------------------------------------------------


def test_page_of_nbconvert_is_live_without_a_network(
    jupyter: Jupyter, open_tab: Callable[..., Tab], example: WorkedExample
) -> None:
    jupyter.do("nbconvert", "--to", "html", "trusted.ipynb")
    page = jupyter.notebooks / "trusted.html"
    tab = open_tab(page, offline=True)
    outside = [url for url in tab.requested if not url.startswith(("data:", page.as_uri()))]
    assert all("/require" in url or "/mathjax/" in url for url in outside), "only those of nbconvert's own template"
    one, other = (Stepper(tab, tab.page.locator("[data-chainrule]").nth(i)) for i in (0, 1))
    assert ends_with_the_engines_gradients(one, example)
    one.click("First step")
    assert one.press("ArrowRight") == 2
    assert other.step() == 1
    picture = tab.page.locator(".jp-OutputArea-output > :not([data-chainrule]) img")
    assert picture.is_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 200
