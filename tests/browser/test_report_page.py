"""report.html in a real browser: shown as meant, by mouse or keyboard, wide or narrow, light, dark or on paper."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

import report_values as values
from test_page import REPORTS

from edgeflow.report import files, html
from edgeflow.report.page import Page
from edgeflow.report.sections import page

WHOLE = REPORTS["whole"]
PAGES = {
    name: html.render(
        Page(f"{name} of <b>mine</b>", "", (next(s for s in page(WHOLE.content).sections if s.title == name),))
    )
    for name in ("Pareto front", "Ablation")
}
NARROW = {"width": 320, "height": 640}
ENOUGH = 4.5  # contrast that WCAG asks of text


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # No sandbox: containers run as root, where Chromium refuses its own; the page is ours.
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a report; whatever the page says, asks for or pops up lies in its ``noted``, which has to stay empty."""
    noted, contexts = [], []

    def show(name, text=None, **wishes):
        path = tmp_path / f"{name}.html"
        path.write_text(text or files.as_text(REPORTS[name], "html"))
        contexts.append(browser.new_context(**wishes))
        page = contexts[-1].new_page()
        page.on("console", lambda message: noted.append(message.text))
        page.on("pageerror", lambda error: noted.append(str(error)))
        page.on("dialog", lambda dialog: noted.append(dialog.message))
        page.on("request", lambda request: noted.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert [note for note in noted if note != "data:,"] == []


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_shows_its_sections_and_asks_for_nothing(show, name):
    page = show(name)
    titles = page.locator("h2").all_inner_texts()
    assert titles[0] == "Result" and titles[-1] == "Provenance"
    assert page.locator("nav a").all_inner_texts() == titles
    assert all(page.locator("svg.chart").nth(i).bounding_box()["height"] > 20 for i in range(3))


def test_a_request_would_be_noticed(browser, tmp_path):
    """Break the page once: the policy inside it stops what a hostile name might have brought in."""
    text = files.as_text(WHOLE, "html").replace("<main", '<img src="http://192.0.2.1/x.png"><main')
    (tmp_path / "broken.html").write_text(text)
    page, noted = browser.new_page(), []
    page.on("console", lambda message: noted.append(message.text))
    page.goto((tmp_path / "broken.html").as_uri())
    assert "Content Security Policy" in noted[0]
    page.close()


def test_a_hostile_name_is_only_read(show):
    page = show("hostile")
    assert page.locator("script").count() == 0
    assert page.title().startswith("<script>alert('x')</script> \"quoted\" {{ 7 * 7 }}")
    cell = page.get_by_role("rowheader", name="<script>").first
    assert cell.inner_text() == " ".join(values.HOSTILE.replace("\x1b", " ").split())


def test_the_die_is_drawn_in_the_layers_colours(show):
    page = show("hostile")
    die = page.locator("figure", has_text="The die of LFE5U-85F")
    assert die.bounding_box()["height"] > 100
    tones = {die.locator(f"path.part-{i}").first.evaluate("one => getComputedStyle(one).fill") for i in range(2)}
    assert len(tones) == 2 and "rgb(0, 0, 0)" not in tones
    legend = die.locator("text").first  # cut in the picture, whole where the pointer rests
    assert legend.evaluate("one => one.firstChild.textContent").startswith("5 <script>alert('x')</script>")
    assert die.locator("text").last.text_content() == "3 link and clock"


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_studies_are_of_the_same_kind(show, name):
    page = show(name, PAGES[name], viewport=NARROW)
    assert page.locator("h1").inner_text() == f"{name} of <b>mine</b>" and page.locator("b").count() == 0
    assert page.locator("svg.chart").first.bounding_box()["height"] > 20
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


@pytest.mark.parametrize("name", ["whole", "hostile"])
def test_a_narrow_window_scrolls_tables_and_never_the_page(show, name):
    page = show(name, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    inside = page.locator(".scroll", has_text="Folding").first
    assert inside.evaluate("one => one.scrollWidth > one.clientWidth"), "the table is wider: it would show if cut off"


def test_the_keyboard_reaches_everything(show):
    page = show("whole", viewport=NARROW)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content" and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    region = page.locator(":focus")
    assert region.get_attribute("aria-label") == "Result, table 1"
    assert region.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    wide = page.locator(".scroll", has_text="Folding").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=wide.element_handle())


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible_in_light_and_dark(show, scheme):
    page = show("whole", color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.1) == (scheme == "dark")
    for what, style in (("h1", "color"), ("p", "color"), ("a", "color"), ("svg text", "fill"), ("svg .faint", "fill")):
        shown = page.locator(what).last.evaluate(f"one => getComputedStyle(one).{style}")
        assert contrast(shown, ground) >= ENOUGH, (what, shown, ground)


def test_paper_is_white_and_nothing_is_cut_off(show):
    page = show("whole", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert page.locator(".scroll").first.evaluate("one => getComputedStyle(one).overflowX") == "visible"
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 within its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_picture_by_itself_follows_the_reader_into_the_dark(browser, tmp_path):
    files.write(WHOLE, tmp_path)
    page = browser.new_page(color_scheme="dark")
    page.goto((tmp_path / "report.svg").as_uri())
    fill = page.evaluate("getComputedStyle(document.querySelector('text')).fill")
    assert luminance(fill) > 0.5
    page.close()
