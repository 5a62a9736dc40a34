"""A class diagram, laid out: boxes in columns, a row for each property, and lines in lanes of their own.

A class stands below the class that it is a kind of; such a family is placed as one. Families are put in columns so
that most lines run from left to right. A line leaves its property's row, runs up or down between two columns in a lane
that only lines to the same class use, passes a column between its boxes, and enters its class at the head. Everything
follows from the order of the input, so the same ontology always gives the same picture. Lengths are in the units of the
SVG, one of which is a CSS pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TEXT, ASIDE, HEAD = 13, 12, 15
"""Font sizes of rows, of what stands at their ends, and of heads; the style sheet sets the same."""
HEAD_HEIGHT, ROW_HEIGHT, PAD = 34, 22, 12
FAMILY_GAP, KIND_GAP, INDENT, LANE, MARGIN = 36, 18, 22, 11, 10
CORNER, ARROW = 6, 8
_CLEAR = 4
"""How far a line keeps from another that it does not cross."""
_WIDTHS = {**dict.fromkeys("iljtfrI.,:;'’|()[]/ -", 0.38), **dict.fromkeys("mwMW@", 0.98)}
_WIDTH = 0.62
"""The width of a letter as a share of the font size, in the widest of the usual fonts: boxes must hold the text."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Relation:
    """A property of a class: its name, the classes it leads to, and what to write where it leads to none drawn."""

    label: str
    targets: tuple[str, ...] = ()
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class to draw: a key, its name, where its box leads, the class it is a kind of, and its properties."""

    key: str
    label: str
    href: str
    parent: str | None = None
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A property inside a box."""

    y: float
    label: str
    aside: str


@dataclass(frozen=True, slots=True)
class Box:
    """A class as drawn."""

    kind: Kind
    x: float
    y: float
    width: float
    height: float
    rows: tuple[Row, ...]

    @property
    def right(self) -> float:
        """Where the box ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where the box ends below."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Strokes:
    """Arrows as path data of SVG: all their lines, so that what several share is drawn once, all their heads, and the
    points they start from.
    """

    lines: str
    heads: str
    starts: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """What to draw: boxes, the arrows from a class to what it is a kind of, and those of properties."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    kinds: Strokes
    relations: Strokes


def diagram(kinds: Sequence[Kind]) -> Diagram:
    """The diagram of these classes; a relation to a class that is not among them is an error (KeyError)."""
    families = _families(kinds)
    columns = _ordered(_columns(families), families)
    lanes = _Lanes(_links(columns, kinds))
    boxes = _placed(columns, lanes)
    router = _Router(boxes, columns, lanes)
    relations = _joined(way for kind in kinds for way in router.ways(kind))
    up = _joined(_up(boxes[kind.key], boxes[kind.parent]) for kind in kinds if kind.parent)
    right = max((box.right for box in boxes.values()), default=0) + lanes.width(len(columns) - 1)
    bottom = max([*(box.bottom for box in boxes.values()), *router.lowest], default=0)
    return Diagram(round(right + MARGIN), round(bottom + MARGIN), tuple(boxes[k.key] for k in kinds), up, relations)


def text_width(text: str, size: float) -> float:
    """How wide a text may be, in any of the usual fonts."""
    return sum(_WIDTHS.get(letter, _WIDTH) for letter in text) * size


# Families and columns -------------------------------------------------------------------------------------------

Family = tuple[Kind, ...]


def _families(kinds: Sequence[Kind]) -> list[Family]:
    """Each class that is a kind of no other, followed by those below it, depth first."""
    below: dict[str | None, list[Kind]] = {}
    for kind in kinds:
        below.setdefault(kind.parent, []).append(kind)

    def family(kind: Kind) -> list[Kind]:
        return [kind, *(member for child in below.get(kind.key, ()) for member in family(child))]

    return [tuple(family(root)) for root in below.get(None, ())]


def _leads_to(families: Sequence[Family]) -> dict[int, dict[int, int]]:
    """How many lines lead from family to family."""
    place = {kind.key: n for n, family in enumerate(families) for kind in family}
    found: dict[int, dict[int, int]] = {n: {} for n in range(len(families))}
    for n, family in enumerate(families):
        for target in (t for kind in family for relation in kind.relations for t in relation.targets):
            if place[target] != n:
                found[n][place[target]] = found[n].get(place[target], 0) + 1
    return found


def _sequence(leads: Mapping[int, Mapping[int, int]]) -> list[int]:
    """The families so that few lines run backwards (Eades, Lin and Smyth, 1993): ends last, beginnings first."""
    left, first, last = list(leads), list[int](), list[int]()
    while left:
        out = {n: sum(w for m, w in leads[n].items() if m in left) for n in left}
        into = {n: sum(leads[m].get(n, 0) for m in left) for n in left}
        sinks = [n for n in left if not out[n]]
        chosen = sinks[-1] if sinks else max(left, key=lambda n: out[n] - into[n])
        (last if sinks else first).append(chosen)
        left.remove(chosen)
    return [*first, *reversed(last)]


def _columns(families: Sequence[Family]) -> list[list[Family]]:
    """The families in columns: as far left as lines from left to right allow, or further right where there is room."""
    leads = _leads_to(families)
    order = _sequence(leads)
    earliest = dict.fromkeys(order, 0)
    for at, n in enumerate(order):
        for m in order[at + 1 :]:
            if m in leads[n]:
                earliest[m] = max(earliest[m], earliest[n] + 1)
    columns: list[list[Family]] = [[] for _ in range(max(earliest.values(), default=0) + 1)]
    placed: dict[int, int] = {}
    for n in reversed(order):
        later = [placed[m] for m in leads[n] if m in placed]
        latest = min(later) - 1 if later else earliest[n]
        choices = range(earliest[n], max(latest, earliest[n]) + 1)
        placed[n] = min(choices, key=lambda c: (sum(map(_height, columns[c])), -c))
        columns[placed[n]].append(families[n])
    return columns


def _height(family: Family) -> float:
    return sum(_box_height(kind) + KIND_GAP for kind in family) + FAMILY_GAP - KIND_GAP


def _box_height(kind: Kind) -> float:
    return HEAD_HEIGHT + ROW_HEIGHT * len(kind.relations) + (PAD / 2 if kind.relations else 0)


def _ordered(columns: list[list[Family]], families: Sequence[Family]) -> list[list[Family]]:
    """Each column sorted so that families stand near those they have lines with; three sweeps settle it."""
    leads = _leads_to(families)
    number = {family[0].key: n for n, family in enumerate(families)}
    middle: dict[int, float] = {}
    for column in columns:
        _measure(column, number, middle)
    for _ in range(3):
        for column in columns:
            column.sort(key=lambda family: _pull(number[family[0].key], leads, middle))
            _measure(column, number, middle)
    return columns


def _measure(column: Sequence[Family], number: Mapping[str, int], middle: dict[int, float]) -> None:
    """Notes where the middle of each family is, the column's own middle being 0."""
    y = -sum(map(_height, column)) / 2
    for family in column:
        middle[number[family[0].key]] = y + _height(family) / 2
        y += _height(family)


def _pull(n: int, leads: Mapping[int, Mapping[int, int]], middle: Mapping[int, float]) -> float:
    near = {**leads[n], **{m: to[n] for m, to in leads.items() if n in to}}
    weight = sum(near.values())
    return sum(middle[m] * w for m, w in near.items()) / weight if weight else middle[n]


# Lanes between the columns --------------------------------------------------------------------------------------

Lane = tuple[str, bool]
"""A lane leads to a class, from the left (True) or from the right (False)."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A line: the columns where it begins and ends, and its class."""

    begin: int
    end: int
    target: str

    @property
    def lane(self) -> Lane:
        return self.target, self.begin < self.end

    @property
    def channels(self) -> list[int]:
        """The spaces between columns that it passes, in order; n is the space right of column n."""
        if self.begin < self.end:
            return list(range(self.begin, self.end))
        return list(range(self.begin - 1, self.end - 1, -1)) if self.begin > self.end else [self.begin]


def _links(columns: Sequence[Sequence[Family]], kinds: Sequence[Kind]) -> list[_Link]:
    place = {kind.key: n for n, column in enumerate(columns) for family in column for kind in family}
    found = (
        _Link(place[kind.key], place[target], target)
        for kind in kinds
        for relation in kind.relations
        for target in relation.targets
    )
    return list(dict.fromkeys(found))


class _Lanes:
    """The lanes of each space between columns, from left to right."""

    def __init__(self, links: Iterable[_Link]) -> None:
        self.links = tuple(links)
        self._by_channel: dict[int, list[Lane]] = {}

    def settle(self, heads: Mapping[str, float]) -> None:
        """Puts the lanes of each space in order, now that it is known how high their classes stand."""
        for link in self.links:
            for channel in link.channels:
                lanes = self._by_channel.setdefault(channel, [])
                if link.lane not in lanes:
                    lanes.append(link.lane)
        for lanes in self._by_channel.values():
            lanes.sort(key=lambda lane: (not lane[1], heads[lane[0]] if lane[1] else -heads[lane[0]], lane[0]))

    def width(self, channel: int) -> float:
        """How wide a space between columns is; those at the outside may be empty."""
        count = len({link.lane for link in self.links if channel in link.channels})
        return (count + 1) * LANE + 2 * ARROW if count else 0

    def offset(self, channel: int, lane: Lane) -> float:
        """How far right of the column a lane runs."""
        return (self._by_channel[channel].index(lane) + 1) * LANE + ARROW


def _placed(columns: Sequence[Sequence[Family]], lanes: _Lanes) -> dict[str, Box]:
    """The boxes, column by column, each column in the middle."""
    tallest = max((sum(map(_height, column)) for column in columns), default=0)
    indents = _indents(columns)
    boxes: dict[str, Box] = {}
    x = float(MARGIN)
    for n, column in enumerate(columns):
        width = max((_box_width(kind) + indents[kind.key] for family in column for kind in family), default=0)
        y = MARGIN + (tallest - sum(map(_height, column))) / 2
        for family in column:
            for kind in family:
                boxes[kind.key] = _box(kind, x + indents[kind.key], round(y), width - indents[kind.key])
                y += _box_height(kind) + KIND_GAP
            y += FAMILY_GAP - KIND_GAP
        x += width + max(lanes.width(n), LANE)
    lanes.settle({key: box.y for key, box in boxes.items()})
    return boxes


def _indents(columns: Sequence[Sequence[Family]]) -> dict[str, float]:
    """How far right a box stands of the one that its class is a kind of; a parent comes before its children."""
    found: dict[str, float] = {}
    for kind in (kind for column in columns for family in column for kind in family):
        found[kind.key] = found[kind.parent] + INDENT if kind.parent else 0
    return found


def _box_width(kind: Kind) -> float:
    rows = (text_width(r.label, TEXT) + (text_width(r.aside, ASIDE) + PAD if r.aside else 0) for r in kind.relations)
    return round(max([text_width(kind.label, HEAD) * 1.06, *rows]) + 2 * PAD)


def _box(kind: Kind, x: float, y: float, width: float) -> Box:
    first = y + HEAD_HEIGHT + ROW_HEIGHT / 2
    rows = tuple(Row(first + n * ROW_HEIGHT, r.label, r.aside) for n, r in enumerate(kind.relations))
    return Box(kind, x, y, width, _box_height(kind), rows)


# Lines ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """One arrow."""

    line: str
    head: str
    start: Point


def _joined(ways: Iterable[_Way]) -> Strokes:
    found = list(ways)
    lines, heads, starts = (dict.fromkeys(getattr(way, part) for way in found) for part in ("line", "head", "start"))
    return Strokes("".join(lines), "".join(heads), tuple(starts))


class _Router:
    """Finds the way of each line."""

    def __init__(self, boxes: Mapping[str, Box], columns: Sequence[Sequence[Family]], lanes: _Lanes) -> None:
        self._boxes, self._lanes = boxes, lanes
        self._columns = [[boxes[kind.key] for family in column for kind in family] for column in columns]
        self._place = {box.kind.key: n for n, column in enumerate(self._columns) for box in column}
        self._entries: dict[Lane, float] = {}
        self._passes: dict[tuple[int, Lane], float] = {}
        self.lowest: list[float] = []

    def ways(self, kind: Kind) -> Iterable[_Way]:
        """The lines of one class's properties, in their order."""
        box = self._boxes[kind.key]
        for row, relation in zip(box.rows, kind.relations, strict=True):
            for target in relation.targets:
                yield self._way(box, row.y, _Link(self._place[kind.key], self._place[target], target))

    def _way(self, box: Box, y: float, link: _Link) -> _Way:
        start = (box.x if link.begin > link.end else box.right, y)
        points = [start]
        for channel in link.channels:
            x = self._right(channel) + self._lanes.offset(channel, link.lane)
            beyond = channel + 1 if link.begin < link.end else channel
            is_last = channel == link.channels[-1]
            there = self._entry(link.lane) if is_last else self._pass(beyond, link.lane, y)
            points += [(x, y), (x, there)]
            y = there
        target = self._boxes[link.target]
        points.append((target.x, y) if link.begin < link.end else (target.right, y))
        return _Way(_path(points), _arrow(points[-1], is_rightward=link.begin < link.end), start)

    def _right(self, column: int) -> float:
        return max(box.right for box in self._columns[column])

    def _entry(self, lane: Lane) -> float:
        """The height at which a lane enters its class: near the middle of the head, clear of lines beside it."""
        if lane not in self._entries:
            key, is_rightward = lane
            near = self._place[key] - 1 if is_rightward else self._place[key] + 1
            taken = [row.y for box in self._columns[near] for row in box.rows] if 0 <= near < len(self._columns) else []
            middle = self._boxes[key].y + HEAD_HEIGHT / 2
            is_crossed = is_rightward and self._boxes[key].kind.parent is not None
            heights = [middle + by for by in ((-9, 9) if is_crossed else (0, 4, -4, 8, -8))]
            self._entries[lane] = next((h for h in heights if all(abs(h - y) >= _CLEAR for y in taken)), heights[0])
        return self._entries[lane]

    def _pass(self, column: int, lane: Lane, wanted: float) -> float:
        """The height at which a lane passes a column: outside the boxes, clear of other lanes, with little detour."""
        if (column, lane) not in self._passes:
            blocked = [(box.y - LANE, box.bottom + LANE) for box in self._columns[column]]
            blocked += [(y - LANE + 1, y + LANE - 1) for (at, _), y in self._passes.items() if at == column]
            ends = [edge for span in blocked for edge in span]
            goal = (wanted + self._entry(lane)) / 2
            free = [y for y in (goal, *ends) if y >= MARGIN and not any(a < y < b for a, b in blocked)]
            self._passes[column, lane] = min(free, key=lambda y: abs(y - wanted) + abs(y - self._entry(lane)))
            self.lowest.append(self._passes[column, lane])
        return self._passes[column, lane]


def _path(points: Sequence[Point]) -> str:
    """Path data through the points, corners rounded."""
    turns = [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]
    parts = [f"M{_pair(turns[0])}"]
    for before, at, after in zip(turns, turns[1:], turns[2:], strict=False):
        parts.append(f"L{_pair(_towards(at, before))}Q{_pair(at)} {_pair(_towards(at, after))}")
    return "".join([*parts, f"L{_pair(turns[-1])}"])


def _towards(at: Point, other: Point) -> Point:
    """The point a corner's radius from `at`, or half of the way where that is less, towards the other."""
    length = abs(other[0] - at[0]) + abs(other[1] - at[1])
    share = min(CORNER, length / 2) / length
    return at[0] + (other[0] - at[0]) * share, at[1] + (other[1] - at[1]) * share


def _arrow(tip: Point, *, is_rightward: bool) -> str:
    back = tip[0] - ARROW if is_rightward else tip[0] + ARROW
    return f"M{_pair((back, tip[1] - ARROW / 2))}L{_pair(tip)}L{_pair((back, tip[1] + ARROW / 2))}Z"


def _up(child: Box, parent: Box) -> _Way:
    """The arrow from a class to the one it is a kind of: out at the left, and up past its elder siblings."""
    x, base = parent.x + INDENT / 2, parent.bottom + 1.5 * ARROW
    start = (child.x, child.y + HEAD_HEIGHT / 2)
    sides = _pair((x - ARROW * 0.75, base)), _pair((x, parent.bottom)), _pair((x + ARROW * 0.75, base))
    return _Way(_path([start, (x, start[1]), (x, base)]), f"M{'L'.join(sides)}Z", start)


def _pair(point: Point) -> str:
    return f"{point[0]:g} {point[1]:g}"
