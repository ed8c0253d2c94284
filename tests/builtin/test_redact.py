"""The step `redact`, and what it takes for an address."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.builtin.addresses import KINDS, find_addresses, profile_name
from ingest.builtin.redact import Redact
from ingest.cli import run_command
from ingest.document import Author, Document, Handle
from ingest.testing import check_step, run_step

KEY = "0123456789abcdef-a-key-of-the-tests"
DANA = Author("Dana Whitlock", ("dana@ledger.example",), (Handle("twitter", "danawhit"),))
TEXT = "By Dana Whitlock (Dana@Ledger.example, @danawhit, x.com/danawhit). She wrote to keeper@weir.example and @weir_keeper."
EVERYTHING = dict.fromkeys(KINDS, "mask")

ADDRESSES = st.sampled_from(
    ["keeper@weir.example", "keeper [at] weir [dot] example", "keeper at weir dot org", "jörg@schleuse.example", "@weir_keeper",
     "@keeper@mastodon.example", "https://t.me/weir_keeper", "x.com/danawhit", "+49 30 901820", "203.0.114.7",
     "смотритель@шлюз.рф", "WeChat: keeper2020"]
)  # fmt: skip
WORDS = st.sampled_from(["The swan", "stayed", "3:2", "白鳥", "(see above)", "@", "a@b", "#1", "…", "\n"])


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDACT_KEY", KEY)


def hashing(**options: object) -> Redact:
    return Redact.model_validate({"email": "hash", "handle": "hash", "key_variable": "REDACT_KEY", **options})


@given(st.lists(st.tuples(WORDS, ADDRESSES), min_size=1, max_size=6))
@settings(deadline=None)
def test_nothing_but_what_was_found_changes_and_nothing_is_found_again(pairs: list[tuple[str, str]]) -> None:
    text = " ".join(f"{word} {address}" for word, address in pairs)
    step = Redact.model_validate(EVERYTHING)
    doc = run_step(step, text)
    assert find_addresses(doc.text) == []
    position, kept = 0, []
    for edit in doc.edits:
        assert re.fullmatch("<[A-Z]+>", edit.inserted)
        kept.append(text[position : edit.start])
        position = edit.end
    kept.append(text[position:])
    assert re.split("<[A-Z]+>", doc.text) == kept
    assert len(doc.edits) >= len(pairs)
    for _, address in pairs:
        assert address.rpartition(": ")[2] not in doc.text
    assert run_step(step, doc.text).text == doc.text


@given(st.text(st.sampled_from("ab1.@+-_/:[]() \nöя漢＠"), max_size=60))
@settings(deadline=None)
def test_any_text_is_clean_after_two_passes_at_most(text: str) -> None:
    step = Redact(ip="mask")
    once = run_step(step, text)
    twice = run_step(step, once.text)
    assert run_step(step, twice.text).text == twice.text


def test_equal_contacts_have_equal_hashes_in_any_run() -> None:
    text = "Keeper@weir.example keeper [at] weir [dot] example | @weir_keeper https://t.me/weir_keeper | other@weir.example"
    doc = run_step(hashing(), text)
    assert doc == run_step(hashing(), text)
    match = re.fullmatch(
        r"(<EMAIL:[a-p]{16}>) (<EMAIL:[a-p]{16}>) \| (<HANDLE:[a-p]{16}>) (<HANDLE:[a-p]{16}>) \| (<EMAIL:[a-p]{16}>)",
        doc.text,
    )
    assert match
    assert match[1] == match[2] != match[5]
    assert match[3] == match[4]
    assert find_addresses(doc.text) == []


def test_a_hash_depends_on_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    # So that nobody notices a change of how hashes are made only when two corpora no longer fit.
    assert run_step(hashing(), "keeper@weir.example").text == "<EMAIL:jbdhmnbojepdiidj>"
    monkeypatch.setenv("REDACT_KEY", KEY[::-1])
    assert run_step(hashing(), "keeper@weir.example").text != "<EMAIL:jbdhmnbojepdiidj>"


def test_the_key_is_nowhere_in_the_step() -> None:
    step = hashing()
    assert KEY not in repr(step)
    assert KEY not in step.model_dump_json()


@pytest.mark.parametrize("value", [None, "too short"])
def test_a_hash_without_a_key_is_refused(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError, match='"hash" needs a key: name the environment variable that holds it'):
        Redact(email="hash")
    if value is None:
        monkeypatch.delenv("REDACT_KEY")
    else:
        monkeypatch.setenv("REDACT_KEY", value)
    with pytest.raises(
        ValidationError, match='key_variable = "REDACT_KEY": the environment variable is not set or shorter'
    ):
        hashing()


def test_a_mask_that_is_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"masks\.email = 'email@example\.com' is an address itself"):
        Redact(masks={"email": "email@example.com"})


def test_authors_keep_their_own_contacts() -> None:
    doc = run_step(Redact(), TEXT, authors=(DANA,))
    assert doc.text == (
        "By Dana Whitlock (Dana@Ledger.example, @danawhit, x.com/danawhit). She wrote to <EMAIL> and <HANDLE>."
    )
    assert doc.authors == (DANA,)


def test_the_authors_own_contacts_can_be_masked_in_text_and_column() -> None:
    doc = run_step(Redact(email="keep", handle="keep", authors="mask"), TEXT, authors=(DANA,))
    assert doc.text == (
        "By Dana Whitlock (<EMAIL>, <HANDLE>, <HANDLE>). She wrote to keeper@weir.example and @weir_keeper."
    )
    assert doc.authors == (Author("Dana Whitlock", ("<EMAIL>",), (Handle("twitter", "<HANDLE>"),)),)


def test_the_authors_own_contacts_can_be_hashed_alike_in_text_and_column() -> None:
    doc = run_step(hashing(authors="hash"), TEXT, authors=(DANA,))
    (author,) = doc.authors
    assert author.emails[0] in doc.text
    assert doc.text.count(author.handles[0].handle) == 2
    assert "danawhit" not in repr(author).casefold()


def test_reasons_say_nothing_of_the_contact_and_edits_withhold_it() -> None:
    doc = run_step(Redact.model_validate(EVERYTHING), TEXT)
    assert {edit.reason.value for edit in doc.edits} == {""}
    assert all(edit.withheld for edit in doc.edits)


@pytest.mark.parametrize("options", [{}, EVERYTHING, {**EVERYTHING, "region": "DE"}])
def test_a_step_like_any_other(options: dict[str, object]) -> None:
    check_step(Redact.model_validate(options))


def test_a_step_like_any_other_with_a_hash() -> None:
    check_step(hashing(authors="hash"))


@pytest.mark.parametrize(
    ("network", "path", "name"),
    [
        ("twitter", "weir_keeper", "weir_keeper"),
        ("twitter", "weir_keeper/status/12?s=20", "weir_keeper"),
        ("twitter", "intent/tweet?text=x", None),
        ("linkedin", "in/Weir-Keeper-1/", "weir-keeper-1"),
        ("linkedin", "company/weir", None),
        ("youtube", "@weirkeeper", "weirkeeper"),
        ("youtube", "watch?v=1", None),
        ("medium", "weir-news/the-swan", None),
        ("github", "weir", "weir"),
        ("github", "weir/levels", None),
        ("reddit", "user/weir", "weir"),
        ("reddit", "r/birds", None),
        ("facebook", "%D1%88%D0%BB%D1%8E%D0%B7", "шлюз"),
        ("facebook", "photo.php?id=1", None),
    ],
)
def test_accounts(network: str, path: str, name: str | None) -> None:
    assert profile_name(network, path) == name


@pytest.mark.parametrize(
    "piece",
    ["@", "a@", "a.", "a.a@", "a at ", "a dot ", "(at)", "(", "t.me/", "x.com/a", "@a", "1.", "2222:", "a@a.", "漢@", "line:",
     "at a dot ", "http://a.a/@", "-", "@a.", "@ab@a.", "_" * 40 + " ", "--a", "...a", "a@b.co1", "a@Bcom", "नि@", "@ab\n", "@ab  ="],
)  # fmt: skip
def test_long_runs_take_no_time(piece: str) -> None:
    started = time.process_time()
    find_addresses(piece * (100_000 // len(piece)), frozenset(("email", "handle", "ip")))
    assert time.process_time() - started < 2


def test_blank_lines_behind_a_handle_take_no_time() -> None:
    started = time.process_time()
    assert len(find_addresses("@weir" + "\n" * 100_000 + "@weir" + " \n" * 50_000, frozenset(("handle",)))) == 2
    assert time.process_time() - started < 2


def test_what_is_redacted_is_not_on_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    config = tmp_path / "c.toml"
    config.write_text(
        '[read]\npaths = ["in"]\n[[steps]]\nuse = "decode"\n[[steps]]\nuse = "redact"\nemail = "hash"\n'
        'key_variable = "REDACT_KEY"\n[write]\npath = "out"\n[run]\naudit = "full"\nexecutor = "serial"\n',
        encoding="utf-8",
    )
    assert run_command(["check", str(config)]) == 0
    assert "caution the steps in front of 'redact' put what they take out into removed/" in squeezed(
        capsys.readouterr().err
    )
    assert run_command(["run", str(config)]) == 0
    assert "caution" in capsys.readouterr().err
    rows = pq.read_table(tmp_path / "out/removed/part-00000.parquet").to_pylist()
    assert [(row["code"], row["value"], row["removed"]) for row in rows if row["step"] == "redact"] == [
        ("email", "", None), ("handle", "", None), ("profile", "", None), ("email", "", None), ("handle", "", None)
    ]  # fmt: skip
    (row,) = pq.read_table(tmp_path / "out/corpus").to_pylist()
    assert row["text"].count("<EMAIL:") == 2
    # Without the full audit there is nothing of it in any file.
    assert run_command(["run", str(config), "--audit", "counts", "--fresh"]) == 0
    assert capsys.readouterr().err.count("caution") == 0
    files = [file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert len(files) == 7
    assert not any(b"weir_keeper" in data or KEY.encode() in data for data in files)


def test_a_step_behind_it_is_worth_a_caution(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        '[read]\npaths = ["."]\n[[steps]]\nuse = "redact"\n[[steps]]\nuse = "tidy"\n[write]\npath = "out"\n',
        encoding="utf-8",
    )
    assert run_command(["check", str(config)]) == 0
    assert "'redact' does not see what the steps behind it add to a document (tidy); let it stand last" in squeezed(
        capsys.readouterr().err
    )


def test_other_fields_are_redacted_and_where_it_came_from_stays() -> None:
    step = Redact()
    doc = Document(
        "1",
        "",
        title="keeper@weir.example",
        site="@weir_keeper",
        url="https://t.me/weir_keeper",
        metadata={"a": "x.com/dana"},
    )
    (found,) = step.process([doc])
    assert isinstance(found, Document)
    assert (found.title, found.site, found.url, found.metadata) == (
        "<EMAIL>", "<HANDLE>", "https://t.me/weir_keeper", {"a": "<HANDLE>"}
    )  # fmt: skip


def squeezed(text: str) -> str:
    return " ".join(text.split())
