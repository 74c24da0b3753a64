"""Pictures say what the values say: lengths in proportion, the best points on the front, and well-formed XML."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import report_values as values
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.report import charts, plots
from edgeflow.report.floorplan import floorplan
from edgeflow.report.plots import Point
from edgeflow.report.svg import Picture, stacked

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
SVG = "{http://www.w3.org/2000/svg}"

POINTS = [Point("a", 1000, 95.0), Point("b & <c>", 2000, 97.5, chosen=True), Point("d", 2500, 96), Point("e", 9000, 99)]
PLAN = floorplan("Die", ["conv_0", "link <b>"], ["#.bb.", ".aaA.", ".aab."])
PICTURES = {
    "floorplan": PLAN,
    "bars": charts.bars("Cells", ["LUTs", "FFs"], {"estimated": [800, 0], "packed": [1000, 3]}, each_row=True),
    "gauges": charts.gauges("Use", [("LUTs", 50, 200), ("DSPs", 30, 20), ("none", 0, 0)]),
    "dots": charts.dots("Ladder", [("teacher", 99.0, 0.0), ("student", 97.25, 0.5)], "%"),
    "matrix": charts.matrix("Confusion", [[4, 1], [0, 3]], "named", "true"),
    "front": plots.front("Front", POINTS, "LUTs, routed", "accuracy, %"),
    "named": plots.named("Points", POINTS, "bits", "accuracy, %"),
}


def rectangles(picture: Picture, tone: str) -> list[float]:
    drawn = ElementTree.fromstring(picture.file.encode()).iter(f"{SVG}rect")
    return [float(one.get("width")) for one in drawn if one.get("class") == tone and one.get("height") != "10"]


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_values_give_the_same_bytes(name):
    """A changed picture is a diff; to accept it, write it there again."""
    assert PICTURES[name].file == (GOLDEN / f"{name}.svg").read_text()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_named_and_draws_inside_its_frame(name):
    root = ElementTree.fromstring(PICTURES[name].file.encode())
    _, _, width, height = map(float, root.get("viewBox").split())
    assert (root.get("role") == "img" and root[1].tag == f"{SVG}title") or root[0].tag == f"{SVG}title"
    for one in root.iter():
        across, down = float(one.get("x", one.get("cx", 0))), float(one.get("y", one.get("cy", 0)))
        assert 0 <= across <= width and 0 <= down <= height, ElementTree.tostring(one)


def test_bars_are_as_long_as_their_values():
    one, two, none = rectangles(charts.bars("t", "abc", {"x": [10, 20, 0]}), "first")
    assert two == 2 * one and none == 0
    assert rectangles(charts.bars("t", "ab", {"x": [5, 5]}, marked=frozenset({1})), "chosen") == [two]


def test_a_part_that_is_too_full_is_alarming_and_no_longer_than_the_gauge():
    full = rectangles(PICTURES["gauges"], "ground")[0]
    assert rectangles(PICTURES["gauges"], "chosen") == [full] and rectangles(PICTURES["gauges"], "first")[0] == full / 4


def test_a_matrix_writes_every_count_that_is_not_zero():
    shown = re.findall(r"<text[^>]*middle[^>]*>(\d+)<", charts.matrix("t", [[7, 8], [0, 9]], "x", "y").svg)
    assert sorted(shown) == ["0", "1", "7", "8", "9"], "the two classes and three counts"


def test_a_hundred_classes_are_tones_alone():
    picture = charts.matrix("t", [[i == j for j in range(100)] for i in range(100)], "x", "y")
    assert picture.svg.count("<text") == 2 and ElementTree.fromstring(picture.svg)


points = st.lists(st.builds(Point, st.just("p"), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20)


@given(points)
def test_the_front_is_what_nothing_dominates(all_points):
    best = plots.front_of(all_points)
    beaten = {p for p in all_points for q in all_points if q.x <= p.x and q.y >= p.y and (q.x, q.y) != (p.x, p.y)}
    assert set(best) == set(all_points) - beaten
    assert best == sorted(best, key=lambda p: p.x)


@given(points)
def test_any_points_lie_inside(all_points):
    for one in ElementTree.fromstring(plots.front("t", all_points, "x", "y").svg).iter(f"{SVG}circle"):
        assert 0 < float(one.get("cx")) < 480 and 0 < float(one.get("cy")) < plots.HEIGHT


@pytest.mark.parametrize(
    ("low", "high", "logarithmic"), [(1, 1000, True), (0, 1000, False), (5, 40, False), (7, 7, False)]
)
def test_axes_are_logarithmic_where_values_span_decades(low, high, logarithmic):
    axis = plots.axis("x", [low, high])
    assert axis.logarithmic == logarithmic and axis.lowest <= low <= high <= axis.highest
    assert 0 <= axis.share(low) <= axis.share(high) <= 1


def test_hostile_words_stay_words():
    picture = charts.bars(values.HOSTILE, [values.HOSTILE], {"x": [1]})
    root = ElementTree.fromstring(picture.file.encode())
    assert "<script" not in picture.svg and "\x1b" not in picture.svg
    assert values.HOSTILE.replace("\x1b", " ") in {one.text for one in root.iter(f"{SVG}title")}


def test_stacked_pictures_do_not_overlap():
    both = stacked("both", PICTURES["bars"], PICTURES["gauges"])
    assert both.height == PICTURES["bars"].height + PICTURES["gauges"].height
    assert f"translate(0 {PICTURES['bars'].height:g})" in both.svg


def test_a_floorplan_draws_every_tile_once():
    paths = {one.get("class"): one.get("d") for one in ElementTree.fromstring(PLAN.file.encode()).iter(f"{SVG}path")}
    assert set(paths) == {"part-0", "part-0 block", "part-1", "fixed"}
    runs = {tone: re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v96h-[\d.]+z", path) for tone, path in paths.items()}
    assert runs == {
        "part-0": [("96", "96", "192"), ("96", "192", "192")],
        "part-0 block": [("288", "96", "96")],
        "part-1": [("192", "0", "192"), ("288", "192", "96")],
        "fixed": [("0", "0", "96")],
    }
    words = [one.text for one in ElementTree.fromstring(PLAN.file.encode()).iter(f"{SVG}text")]
    assert words == ["5 conv_0", "3 link <b>"]
