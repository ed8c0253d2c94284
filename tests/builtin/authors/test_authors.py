"""What holds for every text that the step `authors` sees. The golden cases run in `test_cases.py`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.authors import Authors
from ingest.builtin.authors.contacts import address, belongs, belongs_wholly, find_contacts, is_role
from ingest.builtin.authors.names import is_name, restore_case, split_names
from ingest.builtin.authors.outline import outline
from ingest.builtin.authors.people import merge_authors
from ingest.builtin.authors.profiles import profile
from ingest.document import Author, Document, Handle, apply_edits
from ingest.testing import load_cases

BODY = "The harbour board voted on Monday to keep the two old cranes for another ten years at least."
PIECES = st.sampled_from(
    [
        BODY, "By Dana Whitlock", "Von", "Dana Whitlock", "is a writer at Harbour Ledger.", "dana@ledger.example", "@dana",
        "Follow her on Twitter", "tips@ledger.example", "(at)", "[at] ledger [dot] example", "and Ben Oduya", "https://x.com/dana",
        "Автор:", "文／佐久間遥", "By", "©", "|", ",", "said", "\n", "\n\n", " ", "’", "3 March 2024", "\u2028", "@", "İ",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES, max_size=30).map("\n".join)
)


@given(TEXTS, st.booleans(), st.booleans())
def test_edits_lead_from_the_text_before_to_the_text_after(text: str, keep_byline: bool, keep_bio: bool) -> None:
    step = Authors(keep_byline=keep_byline, keep_bio=keep_bio)
    doc = Document(id="test", text=text)
    result = step.apply(doc)
    assert isinstance(result, Document)
    assert apply_edits(text, result.edits) == result.text
    assert step.apply(doc) == result


@given(TEXTS)
def test_contacts_stand_in_the_text(text: str) -> None:
    for contact in find_contacts(text):
        assert stands_in(contact.label, text[contact.start : contact.end])
    for author in Authors().apply(Document(id="test", text=text)).authors:
        assert all(stands_in(email, text) for email in author.emails)
        assert all(stands_in(handle.handle, text) for handle in author.handles)


SENTENCES = st.sampled_from(
    [
        BODY,
        "Dana Whitlock, who drives the left crane, told the board that its brake had failed again, by night and in the rain.",
        "Write to the board at cranes@saltmere-port.example if you have seen what happened, or call the customs house.",
        "Von den beiden Kränen am Kai wusste niemand mehr, wer sie gebaut hatte, und die Bücher waren verbrannt.",
        "By the time the ferry came, nobody was left on the quay but Ben Oduya and the two men from the lock.",
        "Le conseil du port a décidé lundi de garder les deux vieilles grues pendant dix ans encore, sans débat.",
        "港湾委員会は月曜日、古い二台のクレーンを少なくともあと十年は残すことを決めたと発表した。",
    ]
)


@given(st.lists(SENTENCES, min_size=1, max_size=12), st.sampled_from(["\n", "\n\n", " "]))
def test_prose_loses_nothing_and_names_nobody(sentences: list[str], gap: str) -> None:
    doc = Document(id="test", text=gap.join(sentences))
    assert Authors().apply(doc) == doc


@given(st.lists(SENTENCES, min_size=4, max_size=9), st.lists(st.text("abc de", max_size=20), max_size=30))
def test_the_outline_finds_the_body_among_menus(body: list[str], menu: list[str]) -> None:
    lines = [line.replace("\n", " ") for line in menu]
    page = outline("\n".join([*lines, *body, *lines]))
    assert page.lines[page.start : page.stop] == body
    assert page.share_above(page.stop) == 1
    assert page.share_above(page.start) == 0


def cloaked(text: str, key: int) -> str:
    return bytes([key, *(byte ^ key for byte in text.encode())]).hex()


@given(st.integers(0, 255))
def test_addresses_that_cloudflare_hides(key: int) -> None:
    email = "dwhitlock@ledger.example"
    assert address(f"/cdn-cgi/l/email-protection#{cloaked(email, key)}") == email
    assert address(f"/cdn-cgi/l/email-protection#{cloaked('?subject=Look at this', key)}") is None


@pytest.mark.parametrize("code", ["", "0", "zz", "00", "0g" * 20, "ff" * 1000])
def test_broken_codes_hide_no_address(code: str) -> None:
    assert address(f"/cdn-cgi/l/email-protection#{code}") is None


@pytest.mark.parametrize(
    ("label", "name", "verdict"),
    [
        ("dana", "Dana Whitlock", False),
        ("Dana1987", "Dana Whitlock", False),
        ("danawhitlock", "Dana Whitlock", True),
        ("thewhitlock", "Dana Whitlock", True),
        ("jxu_news", "Jin Xu", True),
        ("sciences_avenir", "Nicolas Cau", False),
        ("robert", "Robert", False),
    ],
)
def test_whole_names(label: str, name: str, verdict: bool) -> None:
    assert belongs_wholly(Handle("unknown", label), name) is verdict


def stands_in(label: str, text: str) -> bool:
    """Say whether the words of an address stand in the text, between whatever hides the points and the `@`."""
    return all(word in unquote(text).casefold() for word in re.split(r"[.@]", label.casefold()))


@given(st.text(max_size=200))
def test_any_text_can_be_asked_for_names(text: str) -> None:
    names = split_names(text, nicknames=True)
    assert names == split_names(text, nicknames=True)
    assert all(name == " ".join(name.split()) for name in names)
    is_name(text)
    profile(text)
    address(text)
    belongs(text, text)


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "a." * 500_000, "@a" * 500_000, "a (at) " * 150_000, "By Dana " * 125_000, "https://a." * 100_000,
     f"{BODY}\n" * 10_000, "By Dana Whitlock\n" * 60_000, "Dana Whitlock is\n" * 60_000, "\n" * 1_000_000],
    ids=lambda text: text[:12].strip(),
)  # fmt: skip
def test_long_texts_take_linear_time(text: str) -> None:
    started = time.process_time()
    Authors().apply(Document(id="test", text=text))
    find_contacts(text[:100_000])
    assert time.process_time() - started < 5


def test_known_authors_are_completed_in_their_order() -> None:
    known = (Author("Ben Oduya"), Author("Dana Whitlock", ("dana@home.example",)))
    bio = "DANA WHITLOCK is a reporter at the Ledger: dana@home.example, dwhitlock@ledger.example"
    result = Authors().apply(Document(id="test", text=f"By Dana Whitlock\n{BODY}\n{BODY}\n{bio}", authors=known))
    assert result.authors == (
        Author("Ben Oduya"),
        Author("Dana Whitlock", ("dana@home.example", "dwhitlock@ledger.example")),
    )


def test_an_accent_makes_no_other_person() -> None:
    known = (Author("Hélène Marchegay"),)
    assert Authors().apply(Document(id="test", text=f"Par Helene Marchegay\n{BODY}", authors=known)).authors == known


def test_a_title_makes_no_other_person() -> None:
    known = (Author("Dana Whitlock", ("dana@ledger.example",)),)
    assert merge_authors(known, [Author("Dr. Dana Whitlock")]) == known


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By DANA WHITLOCK and Ben Ode, Staff Writers", ["Dana Whitlock", "Ben Ode"]),
        ("Von Anna Brink, Jan Holt und Ute Vogt", ["Anna Brink", "Jan Holt", "Ute Vogt"]),
        ("Whitlock, Dana", ["Dana Whitlock"]),
        ("Dana Whitlock, PhD; Ben Oduya, MD", ["Dana Whitlock", "Ben Oduya"]),
        ("Jaime Ordaz y Belmonte", ["Jaime Ordaz y Belmonte"]),
        ("Ana Ruizal y Luis Pazo", ["Ana Ruizal", "Luis Pazo"]),
        ("Reporter Mara Lind", ["Mara Lind"]),
        ("Sanne van der Kade", ["Sanne van der Kade"]),
        ("Dana Whitlock, Anil Das", ["Dana Whitlock", "Anil Das"]),
        ("By Dana WhitlockMarch 3, 2024", ["Dana Whitlock"]),
        ("Von Mara Lind  Vom 3. Februar 2022", ["Mara Lind"]),
        ("By Dana Whitlock UpdatedMarch 3", ["Dana Whitlock"]),
        ("Wedding ChecklistsJust EngagedWedding", []),
        ("Dana Whitlock Dana Whitlock", ["Dana Whitlock"]),
        ("Dana Whitlock, New York", ["Dana Whitlock"]),
        ("ByJ.R. Stonham", ["J.R. Stonham"]),
        ("Written by", []),
        ("admin", []),
        ("ops@host.example", []),
        ("https://www.facebook.com/dana", []),
        ("Photo by Dana Whitlock", []),
        ("3 March 2024", []),
    ],
)
def test_split_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("name", "restored"),
    [
        ("DANA VAN DER WHITLOCK", "Dana van der Whitlock"),
        ("SEAN O'MALLOY-BRANT", "Sean O'Malloy-Brant"),
        ("IAN MCTAVERN", "Ian McTavern"),
        ("Chokri GHARDI", "Chokri Ghardi"),
        ("JJ Hamlin", "JJ Hamlin"),
        ("BEN ODE", "Ben Ode"),
    ],
)
def test_restore_case(name: str, restored: str) -> None:
    assert restore_case(name) == restored


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        ("https://twitter.com/dana", Handle("twitter", "dana")),
        ("http://x.com/@dana?lang=en", Handle("twitter", "dana")),
        ("https://twitter.com/https://twitter.com/dana", Handle("twitter", "dana")),
        ("https://twitter.com/intent/tweet?text=x", None),
        ("https://www.facebook.com/sharer.php?u=x", None),
        ("https://twitter.com/dana/status/1", None),
        ("https://de.linkedin.com/in/dana-w-1/", Handle("linkedin", "dana-w-1")),
        ("https://linkedin.com/company/ledger", None),
        ("https://mast.example/@dana", Handle("mastodon", "dana@mast.example")),
        ("https://medium.com/@dana", None),
        ("https://www.youtube.com/@dana", Handle("youtube", "dana")),
        ("https://bsky.app/profile/dana.example", Handle("bluesky", "dana.example")),
        ("https://github.com/dana/tool", None),
    ],
)
def test_profile(url: str, handle: Handle | None) -> None:
    assert profile(url) == handle


@pytest.mark.parametrize(
    ("contact", "name", "verdict"),
    [
        ("dwhitlock@ledger.example", "Dana Whitlock", True),
        ("dana.w@ledger.example", "Dana Whitlock", True),
        ("d.toellner@ledger.example", "Dennis Töllner", True),
        ("danwhi@ledger.example", "Dana Whitlock", True),
        ("editor@whitlock.example", "Dana Whitlock", False),
        (Handle("twitter", "quayside"), "Dana Whitlock", False),
        ("jxu@ledger.example", "Jin Xu", True),
        ("corduno@ledger.example", "Camila Orduño Beltrán", True),
        ("freemooring@port.example", "Get Free Mooring Help", False),
    ],
)
def test_belongs(contact: str | Handle, name: str, verdict: bool) -> None:
    assert belongs(contact, name) is verdict


def test_offices_are_known_by_their_addresses() -> None:
    assert all(
        is_role(f"{name}@ledger.example") for name in ("tips", "newsdesk", "redaktion", "info", "customer.service")
    )
    assert not any(is_role(f"{name}@ledger.example") for name in ("dana", "d.whitlock", "infanta"))


def test_there_are_enough_cases_and_each_says_why() -> None:
    cases = load_cases(Path(__file__).parents[2] / "cases/authors.toml")
    assert len(cases) >= 15
    assert all(case.why for case in cases)
