"""Take out of markup what would make parsing it quadratic: depth, attributes, unclosed formatting."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice

__all__ = ["ATTRIBUTE", "ATTRIBUTES", "MOST_ATTRIBUTES", "MOST_DEPTH", "Thinned", "thin"]

# Browsers stop at a depth of 512 too.
MOST_DEPTH = 512
# Paragraphs and the like may stand that much deeper, so that text under too deep a tree keeps its lines.
MORE_FOR_LEAVES = 64
MOST_ATTRIBUTES = 500
MOST_ROOTS = 10
# Copies of unclosed formatting elements that a page may make, and how many more per character of it.
MOST_COPIES = 200_000
COPIES_PER_CHAR = 0.1
MOST_UNCLOSED = 1000

VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
RAW = frozenset("iframe noembed noframes script style textarea title xmp".split())
LEAVES = frozenset("a blockquote dd dt figcaption h1 h2 h3 h4 h5 h6 li p pre td th tr".split())
FORMATTING = frozenset("b big code em font i s small strike strong tt u".split())
INLINE = FORMATTING | frozenset(
    "a abbr bdi bdo cite data del dfn ins kbd label mark nobr q ruby samp span sub sup time var".split()
)
# Tags that part no words: where they go, nothing comes in their place.
TEXTUAL = INLINE | {"html", "body"}
# What ends a search for an open element: of `<p>`, of `<li>`, of any other.
SCOPES = frozenset("applet button caption foreignobject html marquee object table td template th".split())
BARRIERS = SCOPES | frozenset(
    "article aside blockquote body center details dir dl fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header "
    "hgroup listing main menu nav noscript ol pre search section select summary tbody tfoot thead tr ul".split()
)
SPECIAL = BARRIERS | frozenset("address dd div dt li p".split())
# Of these one can't stand right in another of the same kind.
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
OPTIONS = frozenset({"option"})
# Of these there is one at most.
SINGLE = frozenset({"head", "html", "body"})
CLOSES_PARAGRAPH = SPECIAL - SCOPES - frozenset("body frameset select tbody tfoot thead tr".split()) | {"table"}
# What stands in tables only; elsewhere the parser passes it over.
TABLE_PARTS = frozenset("caption colgroup tbody td tfoot th thead tr".split())
# What ends a drawing or a formula if it stands in one, and what holds HTML in one.
BREAKOUTS = SPECIAL & frozenset(
    "blockquote body center dd div dl dt h1 h2 h3 h4 h5 h6 li menu ol p pre table ul".split()
) | frozenset(
    "b big br code em embed head hr i img listing meta nobr ruby s small span strong strike sub sup tt u var".split()
)
INTEGRATION = frozenset("annotation-xml desc foreignobject mi mn mo ms mtext title".split())
# What a start tag ends, and the kind of element that this doesn't reach beyond.
_ITEM, _CELL = ("dd", "dt"), ("td", "th")
_ROW = ("caption", "colgroup", "tr", *_CELL)
_SECTION = ("tbody", "thead", "tfoot", *_ROW)
CLOSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "li": (("li",), ("barrier", "dd", "dt")), "dd": (_ITEM, ("barrier", "li")), "dt": (_ITEM, ("barrier", "li")),
    "a": (("a",), ("formatting",)), "button": (("button",), ("formatting", "scope")),
    "tr": (_ROW, ("table",)), "td": (_CELL, ("table",)), "th": (_CELL, ("table",)),
    **dict.fromkeys(("caption", "colgroup", "tbody", "tfoot", "thead"), (_SECTION, ("table",))),
}  # fmt: skip

ATTRIBUTES = r"""(?:[^>=]++|=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >]*+))*+"""
ATTRIBUTE = (
    r"""(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"""
    r"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >]*+))?+"""
)
_ATTRIBUTE = re.compile(ATTRIBUTE)
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?][^>]*+"
    rf"|<(/?)([a-zA-Z][^\t\n\f\r />]*+)({ATTRIBUTES})(?:>|\Z)",
    re.DOTALL,
)
# No tag shorter than this has too many attributes.
_SHORT = 2 * MOST_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Thinned:
    """Markup that parses in linear time, and what was too much in it."""

    markup: str
    caps: tuple[str, ...]


def thin(markup: str) -> Thinned:
    """Take out what is too much; text stays, and so do its lines."""
    thinning = _Thinning(markup, formatting=True)
    if not thinning.run():
        thinning = _Thinning(markup, formatting=False)
        thinning.run()
    return Thinned(thinning.result(), tuple(sorted(thinning.caps)))


class _Thinning:
    """One pass over the tags, with a rough model of the parser's stack that tends to be too deep, not too shallow."""

    def __init__(self, markup: str, *, formatting: bool) -> None:
        self.markup = markup
        self.formatting = formatting
        self.caps: set[str] = set() if formatting else {"formatting"}
        self.pieces: list[str] = []
        self.copied = 0
        self.open = _Stack()
        self.removed: dict[str, int] = defaultdict(int)
        self.roots = 0
        self.unclosed: dict[str, list[str]] = defaultdict(list)
        self.n_unclosed = 0
        self.n_copies = 0
        self.most_copies = MOST_COPIES + COPIES_PER_CHAR * len(markup)

    def result(self) -> str:
        return "".join([*self.pieces, self.markup[self.copied :]])

    def run(self) -> bool:
        """Go over the markup; false if its formatting elements are too many."""
        at = 0
        while (token := _TOKEN.search(self.markup, at)) is not None:
            at = token.end()
            if token[2] is None:
                continue
            name = token[2].lower()
            if token[1]:
                self._end(name, token)
            else:
                raw = name in RAW and not self.open.foreign
                self._start(name, token)
                if name == "plaintext":
                    break
                at = self._behind_raw(name, at) if raw else at
            if self.n_unclosed > MOST_UNCLOSED or self.n_copies > self.most_copies:
                return False
        return True

    def _start(self, name: str, token: re.Match[str]) -> None:
        if name in ("html", "body"):
            self.roots += 1
            if self.roots > MOST_ROOTS and token[3].strip():
                self.caps.add("attributes")
                self._remove(name, token)
                return
        if name in FORMATTING:
            if not self.formatting:
                self._remove(name, token)
                return
            self._note_unclosed(name, token[3])
        elif name not in INLINE:
            self.n_copies += self.n_unclosed
        if len(token[3]) >= _SHORT:
            self._cut_attributes(token)
        if not self.open.admit(name, closed=token[3].endswith("/")):
            return
        if self.open.depth >= MOST_DEPTH + (MORE_FOR_LEAVES if name in LEAVES else 0):
            self.caps.add("depth")
            self.removed[name] += 1
            self._remove(name, token)
        else:
            self.open.push(name)

    def _end(self, name: str, token: re.Match[str]) -> None:
        if name in FORMATTING:
            if not self.formatting:
                self._remove(name, token)
                return
            if self.unclosed[name]:
                self.unclosed[name].pop()
                self.n_unclosed -= 1
        elif name not in INLINE:
            self.n_copies += self.n_unclosed
        # A leaf that is closed is more likely to be open above the cap than to have been left out.
        if not (name in LEAVES and self.open.close(name)) and self.removed[name]:
            self.removed[name] -= 1
            self._remove(name, token)
        elif name not in LEAVES:
            self.open.close(name)

    def _remove(self, name: str, token: re.Match[str]) -> None:
        if token.start() < self.copied:
            # Its attributes were cut, so its beginning has been written.
            self.pieces.pop()
            self.copied = token.end()
        self.pieces += (self.markup[self.copied : token.start()], "" if name in TEXTUAL else "\n")
        self.copied = token.end()

    def _cut_attributes(self, token: re.Match[str]) -> None:
        start, end = token.span(3)
        beyond = next(islice(_ATTRIBUTE.finditer(self.markup, start, end), MOST_ATTRIBUTES, None), None)
        if beyond is not None:
            self.caps.add("attributes")
            self.pieces += (self.markup[self.copied : token.start()], self.markup[token.start() : beyond.start()])
            self.copied = end

    def _note_unclosed(self, name: str, attributes: str) -> None:
        """Keep count of formatting elements as the parser does, which has at most three of the same."""
        same = self.unclosed[name]
        if same.count(attributes) >= 3:
            same.remove(attributes)
            self.n_unclosed -= 1
        same.append(attributes)
        self.n_unclosed += 1

    def _behind_raw(self, name: str, at: int) -> int:
        end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(self.markup, at)
        return end.end() if end else len(self.markup)


class _Stack:
    """The open elements, with the places of each kind of them, so that no look-up walks the stack."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.places: dict[str, list[int]] = defaultdict(list)

    @property
    def depth(self) -> int:
        return len(self.names)

    @property
    def foreign(self) -> bool:
        """Whether this is in a drawing or a formula, where other rules hold."""
        return (root := self.last("foreign")) >= 0 and root >= self.last("integration")

    def admit(self, name: str, *, closed: bool) -> bool:
        """Close what a start tag closes; tell whether its element will be open."""
        if self.foreign:
            if name not in BREAKOUTS:
                return not closed
            self.leave_foreign()
        # The end tag of a form closes nothing that stands in it, so neither counts.
        if name in VOID or name in RAW or name == "form" or (name in SINGLE and self.last(name) >= 0):
            return False
        if name in TABLE_PARTS and self.last("table") < 0 and self.last("template") < 0:
            return False
        self._make_room(name)
        return True

    def push(self, name: str) -> None:
        for kind in _kinds(name):
            self.places[kind].append(len(self.names))
        self.names.append(name)

    def last(self, kind: str) -> int:
        places = self.places[kind]
        return places[-1] if places else -1

    def leave_foreign(self) -> None:
        """Close drawings and formulas up to where HTML is again."""
        while self.foreign:
            self._pop_to(self.last("foreign"))

    def _make_room(self, name: str) -> None:
        """Close what a start tag closes."""
        if name in CLOSES_PARAGRAPH and self.last("p") > self.last("scope"):
            self._pop_to(self.last("p"))
        siblings = HEADINGS if name in HEADINGS else OPTIONS if name in OPTIONS else ()
        if self.names and self.names[-1] in siblings:
            self._pop_to(len(self.names) - 1)
        elif name in CLOSES:
            closed, kinds = CLOSES[name]
            floor = max(map(self.last, kinds))
            if found := [place for each in closed if (place := self.last(each)) > floor]:
                self._pop_to(min(found))

    def close(self, name: str) -> bool:
        """Close the last open element of that name, if nothing stands in the way; tell whether it did."""
        if name in ("br", "p"):
            self.leave_foreign()
        place = self.last(name)
        if name in SCOPES or name in SPECIAL:
            floor = self.last("table" if name in SCOPES or name in ("tr", "tbody", "thead", "tfoot") else "scope")
            floor = -1 if name == "table" else floor
        else:
            floor = self.last("formatting")
        if place < 0 or place < floor:
            return False
        self._pop_to(place)
        return True

    def _pop_to(self, place: int) -> None:
        while len(self.names) > place:
            for kind in _kinds(self.names.pop()):
                self.places[kind].pop()


def _kinds(name: str) -> tuple[str, ...]:
    return _KINDS.get(name) or (name,)


def _kinds_of(name: str) -> tuple[str, ...]:
    kinds = {
        "special": name in SPECIAL,
        "barrier": name in BARRIERS,
        "scope": name in SCOPES,
        # Of a link that comes in another, the inner formatting stays open, so it ends nothing beyond it.
        "formatting": name in FORMATTING or name in SPECIAL or name == "nobr",
        "foreign": name in ("svg", "math"),
        "integration": name in INTEGRATION,
    }
    return (name, *(kind for kind, is_one in kinds.items() if is_one))


_KINDS = {name: _kinds_of(name) for name in {*SPECIAL, *FORMATTING, *INTEGRATION, "svg", "math", "nobr"}}
