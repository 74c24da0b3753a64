"""A page as one HTML file: no script, no network, light and dark, for screen and paper.

Text is untrusted: the template escapes all of it, and a policy inside the page forbids whatever would slip through.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edgeflow.report.page import Page
from edgeflow.report.svg import STYLE, one_line

HERE = Path(__file__).parent


def render(page: Page) -> str:
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    environment.filters["line"] = one_line
    style = (HERE / "page.css").read_text() + STYLE
    return environment.get_template("page.html.j2").render(page=page, style=style) + "\n"
