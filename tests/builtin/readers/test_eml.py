"""E-mail: one file, one message."""

from __future__ import annotations

import time
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builtin.readers import EmlReader
from ingest.builtin.readers.ids import document_id
from ingest.document import Author, Document, check_types
from ingest.endpoints import Unreadable

HEAD = b"From: Jane Doe <jane@weir.example>\nSubject: The weir\nDate: Mon, 1 Oct 2001 09:30:00 +0200\n"
PARTS = b'Content-Type: multipart/%b; boundary="=="\n\n'


def mail(content: bytes, **options: Any) -> Any:
    return EmlReader(**options).document(content, "a.eml")


def multipart(kind: bytes, *parts: bytes) -> bytes:
    return PARTS % kind + b"".join(b"--==\n" + part + b"\n" for part in parts) + b"--==--\n"


def part(content: bytes, kind: bytes = b"text/plain", more: bytes = b"") -> bytes:
    return b"Content-Type: " + kind + b"\n" + more + b"\n" + content


def test_a_message_is_a_document_with_its_title_date_and_author(read: Any, pack: Any) -> None:
    [doc] = read(EmlReader(), "a.eml.gz", pack(HEAD + b"To: all@weir.example\n\nIt holds.\n", ".gz"))
    assert (doc.title, doc.published, doc.date) == ("The weir", "2001-10-01T09:30:00+02:00", None)
    assert doc.authors == (Author("Jane Doe", ("jane@weir.example",)),)
    assert (doc.content, doc.media_type, doc.metadata) == (b"It holds.\n", "text/plain", {})
    assert (doc.id, doc.file_path) == (document_id("a.eml.gz"), "a.eml.gz")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("quoted-printable", b"h=E9 =\nho"), ("base64", b"aOkg\naG8="), ("8bit", b"h\xe9 ho"), ("BASE64 ", b"aOkgaG8")],
)
def test_the_transfer_encoding_is_undone_and_the_charset_left_to_the_steps(encoding: str, body: bytes) -> None:
    head = f"Content-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    doc = mail(head + body)
    assert (doc.content.rstrip(b"\n"), doc.declared_charset) == (b"h\xe9 ho", "iso-8859-1")


def test_a_charset_that_the_web_does_not_know_is_decoded() -> None:
    assert mail(b"Content-Type: text/plain; charset=utf-7\n\nh+AOk-").content == "hé"


ALTERNATIVES = [part(b"<p>rich", b"text/html"), part(b"plain")]
CASES = {
    "plain text before HTML": (multipart(b"alternative", *ALTERNATIVES), b"plain", "text/plain", None),
    "HTML if the plain text is blank": (
        multipart(b"alternative", part(b" \n"), ALTERNATIVES[0]), b"<p>rich", "text/html", None
    ),
    "the root of a page with its pictures": (
        multipart(b"related", ALTERNATIVES[0], part(b"R0lG", b"image/gif")), b"<p>rich", "text/html", "1"
    ),
    "what is signed, without the signature": (
        multipart(b"signed", part(b"plain"), part(b"x", b"application/pgp-signature")), b"plain", "text/plain", None
    ),
    "texts one after the other": (
        multipart(b"mixed", part(b"one"), part(b"x", b"image/png"), part(b"two")), b"one\ntwo", "text/plain", "1"
    ),
    "no attachment": (
        multipart(b"mixed", part(b"one"), part(b"x", more=b'Content-Disposition: attachment; filename="a.txt"\n')),
        b"one", "text/plain", "1",
    ),
    "no message that is attached": (
        multipart(b"mixed", part(b"see below"), part(HEAD + b"\nforwarded", b"message/rfc822")),
        b"see below", "text/plain", "1",
    ),
    "nothing": (part(b"JVBERi0=", b"application/pdf"), b"", "text/plain", "1"),
    "all of it where no boundary is found": (PARTS % b"mixed" + b"lost parts", b"lost parts", "text/plain", None),
}  # fmt: skip


@pytest.mark.parametrize(("message", "content", "media_type", "attachments"), CASES.values(), ids=CASES)
def test_the_text_of_a_message_is(message: bytes, content: bytes, media_type: str, attachments: str | None) -> None:
    doc = mail(HEAD + message)
    assert (doc.content.rstrip(b"\n"), doc.media_type) == (content, media_type)
    assert doc.metadata.get("attachments") == attachments


def test_texts_in_two_charsets_are_joined_as_text() -> None:
    one = part(b"\xe9", b"text/plain; charset=latin1")
    two = part("é".encode(), b"text/plain; charset=utf-8")
    assert mail(multipart(b"mixed", one, two)).content == "é\né"


def test_flowed_lines_are_joined_within_their_quotes() -> None:
    body = b"one \ntwo\n\n> three \n> four \n>> five\n-- \nJane\n"
    doc = mail(b"Content-Type: text/plain; format=flowed\n\n" + body)
    assert doc.content == b"one two\n\n> three four \n>> five\n-- \nJane\n"
    doc = mail("Content-Type: text/plain; format=Flowed; delsp=YES\n\n水が \n来る\n".encode())
    assert doc.content == "水が来る\n".encode()


SENDERS = {
    "=?utf-8?q?J=C3=B6rg?= <j@x.example>": [("Jörg", "j@x.example")],
    '"=?koi8-r?b??= Doe, J." <j@x.example>, k@x.example': [("Doe, J.", "j@x.example"), ("k@x.example", "k@x.example")],
    "Doe, Jane <j@x.example>": [("Doe, Jane", "j@x.example")],
    "jane at x.example (Jane Doe)": [("Jane Doe", "jane@x.example")],
    "\"'Jane Doe' via Weirs\" <weirs@lists.example>": [("Jane Doe", "")],
    "Jane <no-reply@x.example>": [("Jane", "")],
    "J\xf6rg": [("Jörg", "")],
    "((((": [], "": [], "<>": [],
}  # fmt: skip


@pytest.mark.parametrize(("header", "people"), SENDERS.items())
def test_who_sent_a_message_wrote_it(header: str, people: list[tuple[str, str]]) -> None:
    doc = mail(b"From: " + header.encode("latin-1") + b"\n\nx")
    assert doc.authors == tuple(Author(name, (address,) if address else ()) for name, address in people)


SUBJECTS = [
    (b"=?utf-8?b?5g==?=\n =?utf-8?b?l6U=?=", "日"),
    (b"Re: =?iso-2022-jp?B?GyRCRnwbKEI=?= x", "Re: 日 x"),
    (b"=?klingon?q?caf=C3=A9_x?=", "café x"),
    (b"=?utf-8?B?a?= =?utf-8?q?=?=", "a"),
    ("naïve".encode(), "naïve"),
    (b"na\xefve\0", "naïve"),
    (b"", None),
]


@pytest.mark.parametrize(("raw", "title"), SUBJECTS)
def test_the_words_of_a_subject_are_decoded(raw: bytes, title: str | None) -> None:
    assert mail(b"Subject: " + raw + b"\n\nx").title == title


@pytest.mark.parametrize("date", [b"", b"soon", b"Mon, 99 Foo 2001 99:99 +9999", b"Thu, 1 Jan 1970 00:00:00 +0000"])
def test_a_date_that_tells_nothing_is_none(date: bytes) -> None:
    assert mail(b"Date: " + date + b"\n\nx").published is None


def test_other_headers_are_carried_over_only_by_name() -> None:
    head = b"Message-ID: <1@x>\nReceived: a\nreceived: b\nX-Mailer: m\n\n"
    doc = mail(head + b"x", metadata=["Received", "List-Id"], id="message-id")
    assert (doc.id, doc.metadata) == ("<1@x>", {"Received": "a\nb"})


COSTLY = [
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2000)),
    b"Content-Type: message/rfc822\n\n" * 5000,
    multipart(b"mixed") + b"--==\n\n" * 200_000,
    b"".join(b"boundary=%d;" % number for number in range(100_000)),
    b"Content-Type: text/plain;" + b" a=b;" * 100_000,
    b"From: " + b'a,"' * 100_000 + b"\n\n",
    b"Content-Type: text/plain; format=flowed\n\n" + b"abc \n" * 50_000,
]


@pytest.mark.parametrize("message", COSTLY, ids=range(len(COSTLY)))
def test_no_message_takes_long(message: bytes) -> None:
    start = time.process_time()
    item = mail(message)
    assert time.process_time() - start < 2
    if isinstance(item, Unreadable):
        assert (item.file_path, item.content) == ("a.eml", message)
        assert item.message.startswith("the message has ")


ODD = [
    b"charset*=idna''x",
    b"charset*0*=x''y",
    b"charset=undefined",
    b"charset=base64",
    b"name*=undefined''x",
    b"charset=\xff",
]


@pytest.mark.parametrize("parameter", ODD)
@pytest.mark.parametrize("kind", [b"text/plain", b"multipart/mixed"])
def test_no_parameter_fails_a_message(kind: bytes, parameter: bytes) -> None:
    doc = mail(HEAD + part(b"caf\xe9", kind + b"; " + parameter))
    assert (doc.content, doc.title) == (b"caf\xe9", "The weir")


LINES = st.sampled_from([
    HEAD, PARTS % b"mixed", PARTS % b"alternative", PARTS % b"digest", b"--==\n", b"--==--\n", b"\n", b"\xff", b"\0",
    b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/html; charset*=x''\n",
    b"Content-Disposition: attachment; filename*=x''%ff\n", b"Content-Transfer-Encoding: uuencode\n\nbegin 666 x\n",
    b"From: =?utf-8?q?\n", b'Content-Type: text/plain; charset="\n', b"=", b">", b" ", b"Date: 1 1 1 1\n",
])  # fmt: skip


@given(st.lists(LINES | st.binary(max_size=5), max_size=12))
def test_any_bytes_make_a_document(pieces: list[bytes]) -> None:
    doc = mail(b"".join(pieces), metadata=["From", "Content-Type"])
    assert isinstance(doc, Document)
    check_types(doc)
    assert str(doc).isprintable()


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=200))
def test_what_the_standard_library_writes_is_read(text: str) -> None:
    text = f"Water: {text}"
    message = EmailMessage()
    message.set_content(text)
    message.add_alternative("<p>", subtype="html")
    assert mail(message.as_bytes()).content.decode().rstrip("\n") == text.rstrip("\n")
