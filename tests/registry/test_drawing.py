"""The figure of a lineage: who stands where, what is open, and that names stay text."""

import re
from xml.etree import ElementTree

from apps.registry.drawing import MOST_IN_COLUMN, Arrow, Box, lineage_svg

SVG = "{http://www.w3.org/2000/svg}"


def figure(subject: str, boxes: list[Box], arrows: list[Arrow]) -> ElementTree.Element:
    return ElementTree.fromstring(lineage_svg(Box(subject, subject), boxes, arrows, title="A lineage"))  # noqa: S314 - our own


def place(svg: ElementTree.Element, text: str) -> float:
    """Where the box with a text begins."""
    for group in svg.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if rect is not None and text in {one.text for one in group.iter(f"{SVG}text")}:
            return float(rect.attrib["x"])
    raise AssertionError(f"no box says {text}")


def test_what_it_was_made_from_stands_to_the_left_and_what_was_made_from_it_to_the_right() -> None:
    svg = figure(
        "Tuned",
        [Box("Root", "Root"), Box("Base", "Base"), Box("Small", "Small")],
        [
            Arrow("Base", "Tuned", "fine-tuned from"),
            Arrow("Root", "Base", "pruned from"),
            Arrow("Tuned", "Small", "quantised from"),
        ],
    )
    assert place(svg, "Root") < place(svg, "Base") < place(svg, "Tuned") < place(svg, "Small")
    said = {text.text for text in svg.iter(f"{SVG}text")}
    assert {"fine-tuned from", "pruned from", "quantised from"} <= said


def test_open_boxes_are_dashed_and_ways_without_weights_dotted() -> None:
    svg = lineage_svg(
        Box("Child", "Child"), [Box("X", "X", open=True)], [Arrow("X", "Child", "distilled from", False)], title="t"
    )
    assert 'class="lineage-box lineage-open"' in svg
    assert 'stroke-dasharray="4 3"' in svg
    assert 'stroke-dasharray="1.5 3"' in svg


def test_names_are_escaped_and_long_ones_cut() -> None:
    name = '<script>alert("x")</script> & a name that is much longer than any box can hold, by far'
    svg = lineage_svg(Box("a", name), [], [], title=name)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert "<script" not in svg
    lines = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert root.findtext(f"{SVG}title") == name


def test_chinese_names_take_twice_the_room() -> None:
    svg = figure("青山人工智能基础模型七十亿参数", [], [])
    lines = [text.text or "" for text in svg.iter(f"{SVG}text")]
    assert [len(line) for line in lines] == [10, 5]


def test_a_full_column_says_how_many_it_leaves_out() -> None:
    children = [Box(f"c{n}", f"Child {n}") for n in range(MOST_IN_COLUMN + 3)]
    svg = figure("Base", children, [Arrow("Base", box.key, "copy of") for box in children])
    assert len(list(svg.iter(f"{SVG}rect"))) == MOST_IN_COLUMN + 1
    assert "+ 3" in {text.text for text in svg.iter(f"{SVG}text")}


def test_two_ways_to_the_same_ancestor_are_both_drawn() -> None:
    svg = figure(
        "Child",
        [Box("A", "A"), Box("B", "B")],
        [Arrow("A", "Child", "merged from"), Arrow("B", "Child", "merged from"), Arrow("A", "B", "fine-tuned from")],
    )
    assert place(svg, "A") == place(svg, "B") < place(svg, "Child")
    assert len([group for group in svg.iter(f"{SVG}g") if "lineage-arrow" in group.attrib["class"]]) == 3


def test_it_carries_no_style_of_its_own() -> None:
    svg = lineage_svg(Box("a", "a"), [Box("b", "b")], [Arrow("b", "a", "copy of")], title="t")
    assert not re.search(r"<style|style=|<script|href", svg)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) == {"none", "currentColor"}
