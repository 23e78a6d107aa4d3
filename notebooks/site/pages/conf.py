"""How Sphinx makes the pages: of the notebooks, as they are stored, and of the Markdown beside them."""

from docutils import nodes
from sphinx.application import Sphinx

from autograd import explain, show
from autograd.derivation.worked_example import ROLES, worked_example

example = worked_example()
example.L.backward()

project = html_title = "chainrule"
root_doc = "index"
exclude_patterns = ["site", "**/.ipynb_checkpoints"]
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_code_prompt_show, nb_code_prompt_hide = "Show the solution", "Hide the solution"
myst_enable_extensions = ["amsmath", "dollarmath", "substitution"]
myst_substitutions = {
    "derivation": f"$$\n{explain(example.L, wrt=example.w1, names=None).latex}\n$$",
    "stepper": f"~~~{{raw}} html\n{show(example.L, names=None, roles=ROLES)._repr_html_()}\n~~~",
}
mathjax_path = "mathjax.js"  # the build puts it there
templates_path = ["."]
html_theme = "furo"
html_static_path = html_css_files = ["course.css"]
pygments_dark_style = "github-dark"
html_copy_source = html_show_copyright = html_use_index = False


def setup(app: Sphinx) -> None:
    """Fold solutions, as the notebooks do; leave the formulas of outputs, which are environments, as they are."""

    def folded(_: Sphinx, page: str, source: list[str]) -> None:
        source[0] = source[0].replace('"solution"', '"solution", "hide-input"')

    def unwrapped(_: Sphinx, page: nodes.document) -> None:
        for formula in page.findall(nodes.math_block):
            if "text_latex" in formula["classes"]:
                formula["no-wrap"] = True

    app.connect("source-read", folded)
    app.connect("doctree-read", unwrapped)
