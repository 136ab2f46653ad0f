"""Lineage as a figure: boxes from left to right, arrows with what they mean. One picture for pages and documents.

The SVG carries no style sheet and no script: colours are `currentColor` and opacities, so that it follows the theme of
its surroundings, and classes (`lineage-box`, `lineage-subject`, `lineage-open`, `lineage-arrow`) let a page add to it.
"""

import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y = 150, 56, 108, 18
BEND = 9
"""How far from a box a line turns."""
MOST_IN_COLUMN = 8
LINE_UNITS, LABEL_UNITS = 21, 17
"""How many letters of usual width fit into a line of a box and beside an arrow; a Chinese character takes two."""
Place = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A model in the figure. `open` is one that is named by a source and not in the register."""

    key: str
    title: str
    subtitle: str = ""
    open: bool = False
    href: str = ""
    """Where the box leads; a figure with such boxes can be walked with the keyboard, from left to right."""


@dataclass(frozen=True)
class Arrow:
    """From what was made (`target`) to what it was made from (`source`), with the relation in words."""

    source: str
    target: str
    label: str
    weights: bool = True
    """Whether weights pass; where they do not, the line is dotted."""
    forwards: bool = False
    """Whether the head stands at the target, as with an owner and what it holds; else at what something came from."""


def lineage_svg(
    subject: Box, boxes: Iterable[Box], arrows: Sequence[Arrow], *, title: str, more: str = "+ %d", font: str = ""
) -> SafeString:
    """The figure around `subject`: what it was made from to the left, what was made from it to the right.

    `title` says in words what it shows, for those who cannot see it; `more` names the boxes that a full column leaves
    out. Every text is escaped. `font` is a list of families for where no style sheet names one.
    """
    by_key = {box.key: box for box in (subject, *boxes)}
    columns = _columns(subject.key, by_key, arrows)
    places, extra = _places(columns)
    width = len(columns) * BOX_WIDTH + (len(columns) - 1) * GAP_X + 4
    height = max(y for _, y in [*places.values(), *(place for _, place in extra)]) + BOX_HEIGHT + 12
    drawn = [arrow for arrow in arrows if arrow.source in places and arrow.target in places]
    role = "group" if any(box.href for box in by_key.values()) else "img"  # what is an image has no links inside
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="lineage" role="{}" aria-label="{}"'
        ' viewBox="0 0 {} {}" width="{}" height="{}"'
        ' fill="none" stroke="currentColor" font-size="11"{}><title>{}</title>{}{}{}</svg>',
        role,
        title,
        width,
        height,
        width,
        height,
        format_html(' font-family="{}"', font) if font else "",
        title,
        format_html_join("", "{}", ((_arrow(arrow, places, subject.key),) for arrow in drawn)),
        format_html_join("", "{}", ((_box(by_key[key], places[key], key == subject.key),) for key in places)),
        format_html_join("", "{}", ((_text(x + BOX_WIDTH / 2, y, more % n),) for n, (x, y) in extra)),
    )


def _columns(subject: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> list[list[str]]:
    """Keys by column: a box stands one column left of the nearest that was made from it, or right of its origin."""
    depth = {subject: 0}
    for step, here, there in ((-1, "target", "source"), (1, "source", "target")):
        beside: dict[str, list[str]] = defaultdict(list)
        for arrow in arrows:
            beside[getattr(arrow, here)].append(getattr(arrow, there))
        queue = deque([subject])
        while queue:
            at = queue.popleft()
            for other in beside[at]:
                if other not in depth and other in boxes:
                    depth[other] = depth[at] + step
                    queue.append(other)
    columns: dict[int, list[str]] = defaultdict(list)
    for key, place in depth.items():
        columns[place].append(key)
    return [columns[place] for place in sorted(columns)]


def _places(columns: list[list[str]]) -> tuple[dict[str, Place], list[tuple[int, Place]]]:
    """Where each box stands, and where a column says how many it leaves out."""
    tallest = max(min(len(column), MOST_IN_COLUMN) for column in columns)
    places: dict[str, Place] = {}
    extra: list[tuple[int, Place]] = []
    for number, column in enumerate(columns):
        shown = column[:MOST_IN_COLUMN]
        x = 2 + number * (BOX_WIDTH + GAP_X)
        top = 2 + (tallest - len(shown)) * (BOX_HEIGHT + GAP_Y) / 2
        for row, key in enumerate(shown):
            places[key] = (x, top + row * (BOX_HEIGHT + GAP_Y))
        if len(column) > len(shown):
            extra.append((len(column) - len(shown), (x, top + len(shown) * (BOX_HEIGHT + GAP_Y))))
    return places, extra


def _box(box: Box, place: Place, subject: bool) -> SafeString:
    x, y = place
    texts = [*_lines(box.title, 2, LINE_UNITS), *_lines(box.subtitle, 1, LINE_UNITS)]
    first = y + BOX_HEIGHT / 2 + 4 - 7 * (len(texts) - 1)
    look = ' stroke-width="2"' if subject else ' stroke-dasharray="4 3"' if box.open else ""
    kind = " lineage-subject" if subject else " lineage-open" if box.open else ""
    drawn = format_html(
        '<g class="lineage-box{}"><rect x="{}" y="{}" width="{}" height="{}" rx="3"{}/>{}</g>',
        kind,
        x,
        y,
        BOX_WIDTH,
        BOX_HEIGHT,
        mark_safe(look),  # noqa: S308 - one of three constants
        format_html_join(
            "", "{}", ((_text(x + BOX_WIDTH / 2, first + 14 * row, line),) for row, line in enumerate(texts))
        ),
    )
    if not box.href:
        return drawn
    name = f"{box.title}, {box.subtitle}" if box.subtitle else box.title
    return format_html('<a class="lineage-link" href="{}"><title>{}</title>{}</a>', box.href, name, drawn)


def _arrow(arrow: Arrow, places: Mapping[str, Place], subject: str) -> SafeString:
    """A line with right angles, whose words stand on the level part beside the box that is farther from the subject."""
    (x, y), (to_x, to_y) = places[arrow.source], places[arrow.target]
    if arrow.forwards and to_x + BOX_WIDTH <= x:
        return _back(arrow, (x, y), (to_x, to_y))
    x, y, to_y = x + BOX_WIDTH, y + BOX_HEIGHT / 2, to_y + BOX_HEIGHT / 2
    downwards = to_x > places[subject][0]
    turn = x + BEND if downwards else max(to_x - BEND, x + BEND)
    middle, level = ((turn + to_x) / 2, to_y) if downwards else ((x + turn) / 2, y)
    inwards = -1
    if to_x <= x:  # both stand in one column, since a shorter way leads to one of them
        to_x += BOX_WIDTH
        middle, level, inwards = turn + GAP_X / 2 - BEND, (y + to_y) / 2 + 10, 1
    head = (to_x, to_y, inwards) if arrow.forwards else (x, y, 1)
    path = f"M{x + (0 if arrow.forwards else 5)} {y}H{turn}V{to_y}H{to_x}"
    return _line(path, head, arrow.weights, _label(middle, level, arrow.label))


def _back(arrow: Arrow, start: Place, end: Place) -> SafeString:
    """A line that leads back against the reading direction, as where holdings run in a circle: below the others."""
    (x, y), (to_x, to_y) = start, end
    to_x, y, to_y = to_x + BOX_WIDTH, y + BOX_HEIGHT - 8, to_y + BOX_HEIGHT - 8
    label = _text((to_x + x) / 2, to_y + 11, _lines(arrow.label, 1, LABEL_UNITS)[0] if arrow.label else "", size=9)
    return _line(f"M{x} {y}H{x - BEND}V{to_y}H{to_x}", (to_x, to_y, 1), arrow.weights, label)


def _line(path: str, head: tuple[float, float, int], solid: bool, label: SafeString) -> SafeString:
    """A line with its head; the last figure of the head says to which side it opens."""
    x, y, side = head
    return format_html(
        '<g class="lineage-arrow"><path d="{}" opacity="0.6"{}/>'
        '<path d="M{} {}l{} -3.5v7z" fill="currentColor" stroke="none" opacity="0.8"/>{}</g>',
        path,
        mark_safe("" if solid else ' stroke-dasharray="1.5 3"'),  # noqa: S308 - one of two constants
        *(x, y, 7 * side),
        label,
    )


def _label(x: float, y: float, text: str) -> SafeString:
    """Words above a line."""
    lines = _lines(text, 3, LABEL_UNITS)
    return format_html_join(
        "", "{}", ((_text(x, y - 5 - 11 * (len(lines) - 1 - row), line, size=9),) for row, line in enumerate(lines))
    )


def _text(x: float, y: float, text: str, size: int = 0) -> SafeString:
    sized = format_html(' font-size="{}"', size) if size else ""
    return format_html(
        '<text x="{}" y="{}" text-anchor="middle" fill="currentColor" stroke="none"{}>{}</text>', x, y, sized, text
    )


def _lines(text: str, most: int, room: int) -> list[str]:
    """`text` in at most `most` lines of `room` letters; what does not fit is cut, visibly."""
    lines: list[str] = []
    rest = text.strip()
    while rest:
        fits = _fitting(rest, room)
        if fits >= len(rest):
            return [*lines, rest]
        if len(lines) + 1 == most:
            return [*lines, rest[: fits - 1] + "…"]
        cut = max(rest.rfind(mark, 0, fits) for mark in " -/_") + 1
        cut = cut if cut > fits // 2 else fits
        lines.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return lines


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` letters of usual width."""
    for position, letter in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room < 0:
            return position
    return len(text)
