"""Markup from pieces that are hard on parsers, for hypothesis and for the fuzzer."""

from __future__ import annotations

import html
import json

from hypothesis import strategies as st

__all__ = ["BYTES", "CLASSES", "MARKUP", "OPTIONS", "TAGS", "TEXT", "WORDS"]

TAGS = (
    "html head body title base meta link style script noscript template article section nav aside header footer main "
    "address h1 h2 h3 h6 p div span hr br wbr pre blockquote ol ul menu li dl dt dd figure figcaption a em strong small "
    "s cite q code time b i u font big tt nobr mark ruby rt rp bdi bdo sub sup ins del img iframe object embed param "
    "video audio source track picture map area canvas table caption colgroup col thead tbody tfoot tr td th form label "
    "input button select option optgroup textarea fieldset legend details summary dialog frameset frame noframes "
    "plaintext xmp listing marquee center svg g path foreignobject desc math mi annotation-xml x-card a:b"
).split()
WORDS = "keeper weir heron By Dana Whitlock Monday 18 March 2024 comments Reply Share Home Menu more © foo\xa0bar 水門 был א".split(
    " "
)
CLASSES = "content article-body post comment author byline date menu nav footer sidebar hidden widget related".split()
POLICIES = ("title", "headings", "captions", "tables", "comments")
OPTIONS: tuple[dict[str, object], ...] = (
    {},
    {"format": "markdown", "alt_texts": True},
    {"main_content": False, "bullets": True},
    {"threshold": 0.5, "format": "markdown"} | dict.fromkeys(POLICIES, "keep"),
    {"bullets": True} | dict.fromkeys(POLICIES, "drop"),
)
VALUES = (
    "",
    "x",
    "display:none",
    "true",
    "datePublished",
    "author",
    "2024-03-18",
    "https://a.example/b",
    "mailto:a@b.example",
    "en",
)
NAMES = (
    "class id style hidden aria-hidden role rel href src alt title lang dir itemprop itemscope itemtype property name "
    "content datetime type data-x a"
).split()
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
ODD = st.sampled_from(
    ["&", "&amp;", "&nbsp;", "&#0;", "&#xD800;", "<", ">", "<!--", "-->", "<![CDATA[", "]]>", "\0", "\u200b", "\n\n"]
)

_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.sampled_from(VALUES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "@type @graph @id author name headline datePublished dateModified articleBody description publisher url "
                "sameAs license mainEntity itemListElement".split()
            ),
            st.one_of(inner, st.sampled_from(["NewsArticle", "Person", "Product", "WebPage", "Organization"])),
            max_size=5,
        ),
    ),
    max_leaves=12,
)
_scripts = st.one_of(
    _json.map(lambda value: f'<script type="application/ld+json">{json.dumps(value)}</script>'),
    _json.map(lambda value: f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(value)}</script>'),
    st.text("<>/{}[]\":, 'a\n", max_size=30).map(lambda text: f"<script>{text}</script>"),
    st.text('{}[]":,a ', max_size=30).map(lambda text: f'<script type="application/ld+json">{text}</script>'),
)
_attributes = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.sampled_from(VALUES + tuple(CLASSES)), TEXT),
        st.sampled_from(["'", '"', ""]),
    ),
    max_size=3,
).map(lambda pairs: "".join(f" {name}={quote}{html.escape(value)}{quote}" for name, value, quote in pairs))


def _element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give elements, some of which lack an end or have the end of another."""
    ends = st.sampled_from(["</{}>"] * 6 + ["", "</{}", "</p>", "</b></{}>"])
    return st.builds(
        lambda tag, attributes, content, end: f"<{tag}{attributes}>{content}{end.format(tag)}",
        st.sampled_from(TAGS), _attributes, st.lists(inner, max_size=4).map("".join), ends,
    )  # fmt: skip


MARKUP = st.lists(st.recursive(st.one_of(TEXT, ODD, _scripts), _element, max_leaves=25), max_size=8).map("".join)
BYTES = st.one_of(
    MARKUP.map(lambda markup: markup.encode("utf-8", "replace")),
    MARKUP.map(lambda markup: markup.encode("utf-16", "replace")),
    MARKUP.map(lambda markup: markup.encode("windows-1252", "replace")),
)
