"""A small SVG writer: the same values give the same bytes. Colours are classes: a page chooses light or dark."""

from dataclasses import dataclass
from html import escape
from itertools import accumulate
from pathlib import Path

STYLE = (Path(__file__).parent / "chart.css").read_text()
WIDTH = 480  # of every picture; words are 13 high


@dataclass(frozen=True)
class Picture:
    title: str  # read out in its place
    height: float
    parts: tuple[str, ...]  # elements

    @property
    def svg(self) -> str:
        """For inside a page, which has the style; it scales with the page."""
        return element(
            "svg",
            element("title", plain(self.title)),
            *self.parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {_attribute(self.height)}",
            role="img",
            class_="chart",
        )

    @property
    def file(self) -> str:
        """As a file of its own, with its style."""
        head, tail = self.svg.split(">", 1)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}><style>{STYLE}</style>{tail}\n'


def stacked(title: str, *pictures: Picture) -> Picture:
    """One below the other."""
    *tops, height = accumulate((picture.height for picture in pictures), initial=0.0)
    moved = (
        element("g", *picture.parts, transform=f"translate(0 {_attribute(top)})")
        for picture, top in zip(pictures, tops, strict=True)
    )
    return Picture(title, height, tuple(moved))


def element(tag: str, *children: str, **attributes: str | float) -> str:
    """``children`` are markup already; ``class_`` and ``text_anchor`` become ``class`` and ``text-anchor``."""
    written = "".join(f' {name.rstrip("_").replace("_", "-")}="{_attribute(v)}"' for name, v in attributes.items())
    return f"<{tag}{written}>{''.join(children)}</{tag}>" if children else f"<{tag}{written}/>"


def one_line(text: str) -> str:
    """Without control characters, which no format can show and XML forbids."""
    return "".join(c if c.isprintable() else " " for c in text)


def plain(text: str) -> str:
    """Text as markup."""
    return escape(one_line(text))


def text(x: float, y: float, shown: str, class_: str = "", anchor: str = "start", longest: int = 0) -> str:
    """Words at a place; longer ones than ``longest`` are cut, and whole in the tooltip."""
    place: dict[str, str | float] = {"x": x, "y": y, "text_anchor": anchor}
    if class_:
        place["class_"] = class_
    if longest and len(shown) > longest:
        return element("text", element("title", plain(shown)), plain(f"{shown[: longest - 1]}…"), **place)
    return element("text", plain(shown), **place)


def _attribute(value: str | float) -> str:
    return plain(value) if isinstance(value, str) else f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
