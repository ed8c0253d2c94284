from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builtin.charsets import by_label, choose, declared_in, decode

WESTERN = "Über dem Café hängt ein Schild: «Größe zählt», à l’été."

LEGACY = {
    "windows-1252": "Die Fähre über den Fluss fährt täglich außer sonntags; für größere Fuhrwerke gibt es eine Brücke.",
    "windows-1251": "Паром через реку ходит каждый день, кроме воскресенья; для больших телег есть мост выше по течению.",
    "koi8-r": "Паром через реку ходит каждый день, кроме воскресенья; для больших телег есть мост выше по течению.",
    "iso-8859-2": "Źródło rzeki leży wysoko w górach, a prom płynie tylko w święta; łódź czeka pod mostem.",
    "windows-1250": "Příliš žluťoučký kůň úpěl ďábelské ódy, a převozník mu v tom nijak nebránil; člun čekal pod mostem.",
    "windows-1253": "Το πορθμείο περνά το ποτάμι κάθε μέρα εκτός από την Κυριακή, και ο βαρκάρης δεν βιάζεται ποτέ.",
    "iso-8859-9": "Köprünün altındaki kayıkçı her gün nehri geçer, ama pazar günleri ağaçların gölgesinde uyur.",
    "windows-1255": "המעבורת חוצה את הנהר בכל יום חוץ משבת, והמשוטאי אף פעם לא ממהר לשום מקום.",
    "windows-1256": "تعبر العبارة النهر كل يوم ما عدا يوم الأحد، ولا يستعجل صاحب القارب أبدا.",
    "shift_jis": "渡し船は日曜日を除いて毎日川を渡り、船頭は決して急がない。大きな荷車には上流に橋がある。",
    "euc-jp": "渡し船は日曜日を除いて毎日川を渡り、船頭は決して急がない。大きな荷車には上流に橋がある。",
    "gb18030": "渡船除了星期天每天都过河，船夫从来不着急。大车要走上游的那座石桥，因为船太小。",
    "big5": "渡船除了星期天每天都過河，船夫從來不著急。大車要走上游的那座石橋，因為船太小。",
    "euc-kr": "나룻배는 일요일을 빼고 날마다 강을 건너며 뱃사공은 결코 서두르지 않는다. 큰 수레는 다리를 건넌다.",
}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("utf8", "utf-8"), ("UTF-8", "utf-8"), (" utf-8\n", "utf-8"), ("iso-8859-1", "windows-1252"),
        ("latin1", "windows-1252"), ("ascii", "windows-1252"), ("us-ascii", "windows-1252"),
        ("iso-8859-9", "windows-1254"), ("iso-8859-11", "windows-874"), ("gb2312", "gbk"), ("gbk", "gbk"),
        ("gb18030", "gb18030"), ("shift_jis", "shift_jis"), ("Shift-JIS", "shift_jis"), ("x-sjis", "shift_jis"),
        ("windows-31j", "shift_jis"), ("ks_c_5601-1987", "euc-kr"), ("big5-hkscs", "big5"), ("cp1251", "windows-1251"),
        ("x-mac-cyrillic", "x-mac-cyrillic"), ("koi8-r", "koi8-r"), ("iso-8859-2", "iso-8859-2"), ("utf-16", "utf-16le"),
    ],
)  # fmt: skip
def test_labels_mean_what_the_web_means_by_them(label: str, name: str) -> None:
    charset = by_label(label)
    assert charset is not None
    assert charset.name == name
    codecs.lookup(charset.codec)


@pytest.mark.parametrize(
    "label", ["", "klingon", "none", "x-user-defined", "hz-gb-2312", "iso-2022-kr", "utf-7", "\u0130so"]
)
def test_labels_that_mean_nothing(label: str) -> None:
    assert by_label(label) is None


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (b'<meta charset="windows-1251">', "windows-1251"),
        (b"<META CHARSET=windows-1251>", "windows-1251"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>", "koi8-r"),
        (b"<html>\n<head>" + b"<!-- " + b"x" * 9000 + b" -->" + b'<meta charset="big5">', "big5"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?><html><meta charset="utf-8">', "iso-8859-2"),
        (b"\n<?xml version=\"1.0\" encoding='euc-jp'?>", "euc-jp"),
        (b"<p>charset=koi8-r is what the old page said</p>", None),
        (b"<meta name=description content='none'>", None),
        (b"", None),
    ],
)
def test_finds_declarations(content: bytes, label: str | None) -> None:
    assert declared_in(content) == label


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("declared", [None, "windows-1251"])
def test_a_mark_decides(codec: str, declared: str | None) -> None:
    decoded = decode(WESTERN.encode(codec), declared)
    assert (decoded.text, decoded.source, decoded.lost) == (WESTERN, "bom", 0)


@pytest.mark.parametrize(("codec", "mark"), [("utf-16-be", codecs.BOM_UTF16_BE), ("utf-32-be", codecs.BOM_UTF32_BE)])
def test_big_endian_marks(codec: str, mark: bytes) -> None:
    decoded = decode(mark + WESTERN.encode(codec), None)
    assert (decoded.text, decoded.charset.codec, decoded.source) == (WESTERN, codec, "bom")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_letters_without_a_mark(codec: str) -> None:
    decoded = decode(WESTERN.encode(codec), None)
    assert (decoded.text, decoded.charset.codec, decoded.source) == (WESTERN, codec, "detected")


@pytest.mark.parametrize("declared", [None, "iso-8859-1", "windows-1251", "shift_jis", "klingon"])
def test_valid_utf_8_is_utf_8_whatever_the_label_says(declared: str | None) -> None:
    decoded = decode(WESTERN.encode(), declared)
    assert (decoded.text, decoded.charset.name, decoded.source) == (WESTERN, "utf-8", "utf-8")


def test_a_declaration_of_utf_16_in_ascii_letters_is_not_believed() -> None:
    assert decode(b'<meta charset="utf-16">abc', "utf-16").charset.name == "utf-8"


def test_the_holes_of_windows_1252_are_controls_and_nothing_is_lost() -> None:
    decoded = decode(b"caf\xe9 \x81\x8d\x8f\x90\x9d", "iso-8859-1")
    assert (decoded.text, decoded.lost) == ("café \x81\x8d\x8f\x90\x9d", 0)


def test_bytes_beyond_latin_1_in_what_calls_itself_latin_1() -> None:
    assert decode(b"\x93It\x92s\x94 \x80 5", "iso-8859-1").text == "“It’s” € 5"


def test_gb2312_may_hold_what_only_gb18030_has() -> None:
    text = "朱镕基与喆和㐂"
    assert decode(text.encode("gb18030"), "gb2312").text == text


def test_iso_2022_jp_is_ascii_with_escapes() -> None:
    text = "渡し船は毎日川を渡る。"
    for declared in (None, "iso-2022-jp"):
        decoded = decode(text.encode("iso-2022-jp"), declared)
        assert (decoded.text, decoded.charset.name) == (text, "iso-2022-jp")


@pytest.mark.parametrize("charset", LEGACY)
def test_detects_legacy_charsets_without_a_declaration(charset: str) -> None:
    text = f"{LEGACY[charset]}\n" * 3
    decoded = decode(text.encode(charset), None)
    assert decoded.text == text
    assert decoded.source == "detected"


@pytest.mark.parametrize("charset", LEGACY)
def test_believes_declarations_of_legacy_charsets(charset: str) -> None:
    decoded = decode(LEGACY[charset].encode(charset), charset)
    assert (decoded.text, decoded.source, decoded.lost) == (LEGACY[charset], "declared", 0)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_counts_the_bytes_that_make_no_character(broken: int) -> None:
    content = ("é" * 100).encode() + b"\xff" * broken + b" und so weiter"
    decoded = decode(content, "utf-8")
    assert (decoded.charset.name, decoded.lost) == ("utf-8", broken)
    assert decoded.text.count("\ufffd") == broken


def test_mostly_utf_8_is_not_taken_for_a_legacy_charset() -> None:
    decoded = decode((WESTERN * 20).encode() + b" \xe9t\xe9", None)
    assert decoded.text.startswith(WESTERN)
    assert decoded.lost == 2


def test_a_sequence_cut_off_at_the_end() -> None:
    decoded = decode(("ж" * 50).encode()[:-1], "utf-8")
    assert (decoded.text, decoded.lost) == ("ж" * 49 + "\ufffd", 1)


def test_the_fallback_is_asked_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.builtin.charsets._detect", lambda _: None)
    charset, source = choose(b"\xec\xee\xf1\xf2", None, "windows-1251")
    assert (charset.name, source) == ("windows-1251", "fallback")
    assert choose(b"\xec\xee\xf1\xf2", "koi8-r", "windows-1251")[1] == "declared"


CODECS = {
    "utf-8": "utf-8", "windows-1252": "sloppy-windows-1252", "windows-1251": "sloppy-windows-1251", "koi8-r": "koi8-r",
    "iso-8859-2": "iso-8859-2", "shift_jis": "shift_jis", "euc-jp": "euc_jp", "gb18030": "gb18030", "big5": "big5",
    "euc-kr": "euc_kr",
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(CODECS)).flatmap(lambda name: st.tuples(st.just(name), st.text(max_size=60))))
def test_what_a_codec_wrote_is_read_back(pair: tuple[str, str]) -> None:
    name, text = pair
    codec = CODECS[name]
    content = text.encode(codec, "ignore")
    survived = content.decode(codec)
    decoded = decode(content, name)
    if decoded.source == "declared":
        assert (decoded.text, decoded.lost) == (survived, 0)
    else:
        # It happens to be UTF-8, or to look like UTF-16, as well.
        assert decoded.source in ("utf-8", "bom", "detected")


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200), st.none() | st.sampled_from([*CODECS, "utf-16", "klingon", "iso-2022-jp"]))
def test_any_bytes_make_the_same_text_each_time(content: bytes, declared: str | None) -> None:
    decoded = decode(content, declared)
    assert decoded == decode(content, declared)
    assert 0 <= decoded.lost <= len(content)
    assert decoded.text.count("\ufffd") >= (decoded.lost > 0)
    decoded.text.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_utf_8_always_comes_back(text: str) -> None:
    content = text.encode()
    decoded = decode(content, None)
    if decoded.source == "utf-8":
        assert decoded.text == text
    else:
        # A mark, zero bytes like those of UTF-16, or the escapes of ISO-2022 say otherwise.
        assert content.startswith(codecs.BOM_UTF8) or "\0" in text or "\x1b" in text or "~{" in text


def test_a_detected_charset_that_mixes_alphabets_in_words_is_not_believed() -> None:
    text = "Café à la crème, voilà déjà là, été très fêté."
    assert decode(text.encode("latin-1"), None).text == text
    russian = "Windows и Linux, а также другие системы: это короткий текст на русском языке."
    assert decode(russian.encode("windows-1251"), None).text == russian
