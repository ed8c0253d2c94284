"""The plugin `mask_personal_data`."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.document import Author
from ingest.testing import check_step, load_plugin, run_step

plugin = load_plugin(Path(__file__).parents[2] / "plugins/mask_personal_data.py")
Mask = plugin.MaskPersonalData


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Write to jo.doe+list@mail.example.", "Write to <EMAIL>."),
        ("<jo@sub.mail.example>,jö@mail.example", "<<EMAIL>>,<EMAIL>"),
        ("Call +49 30 1234567.", "Call <PHONE>."),
        ("+49 (0)30 12345-67 or +1 (212) 555-0187", "<PHONE> or <PHONE>"),
        ("+390612345678, +442079460123", "<PHONE>, <PHONE>"),
        ("tel: 030 765432, Tel.: 030/765432-10", "tel: <PHONE>, Tel.: <PHONE>"),
        ("Telefon 0171 1234567; тел. 8 495 1234567", "Telefon <PHONE>; тел. <PHONE>"),
        ("Call us at (212) 555-0187 or (212)555-0188", "Call us at <PHONE> or <PHONE>"),
        ("Pay to DE89 3704 0044 0532 0130 00 BIC XXX.", "Pay to <IBAN> BIC XXX."),
        ("GB82WEST12345698765432, NO9386011117947", "<IBAN>, <IBAN>"),
        ("AB12 DE89 3704 0044 0532 0130 00", "AB12 <IBAN>"),
        ("Card 4111 1111 1111 1111, please.", "Card <CARD>, please."),
        ("5555-5555-5555-4444 or 378282246310005", "<CARD> or <CARD>"),
        ("3782 822463 10005", "<CARD>"),
        ("From 203.0.114.7 and 2a00:1450:4001:81b::200e.", "From <IP> and <IP>."),
        ("http://203.0.114.7/x, IP: 45.9.12.34", "http://<IP>/x, IP: <IP>"),
    ],
)
def test_personal_data_is_masked(text: str, wanted: str) -> None:
    doc = run_step(Mask(), text)
    assert doc.text == wanted
    assert [edit.reason.value for edit in doc.edits] == [""] * len(doc.edits)
    codes = re.findall("<([A-Z]+)>", wanted)
    assert [edit.reason.code.upper() for edit in doc.edits] == codes


@pytest.mark.parametrize(
    "text",
    [
        "Version 1.2.3.4, v203.0.114.7, release 203.0.114.7, Agent/203.0.114.7 and lib-203.0.114.7.tar",
        "Sections 1.2.3.4 and 12.14.3.1, and 1.3.6.1.4.1.311 as well.",
        "Born 12.03.2021, 2021-03-12, 12/03/2021; open 2019-2021.",
        "ISBN 978-3-16-148410-0, ISBN 9783161484100, ISSN 2049-3630.",
        "Order 20210312001234, invoice 555-0187, part 030 765432, 4111 1111 1111 11.",
        "A rise of +20 000 000 000, then +12 345 678 and +1.5 million; +10 20 30 40 50.",
        "The phone 12 345, mobile 200 000 000 users, phone 2021 2022, fax 12.03.2021, Call 10 20 30.",
        "DE89 3704 0044 0532 0130 01 and 4111 1111 1111 1112 fail their checks.",
        "DE8937040044053201300012 runs on, 41111111111111111 has a digit too many.",
        "At 10:30:15 the score was 3:2, in chapter 4:16; std::vector a::b ab::cd 2020:10:11.",
        "In 192.168.1.1, 127.0.0.1, fe80::1, 256.1.1.1 and 300.300.300.300 nobody lives.",
        "@name, name@host, a@b, @media.example, 5 @ 3.00.",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert run_step(Mask(), text).text == text


def test_the_authors_own_address_may_stay() -> None:
    text = "Ann@a.example, bob@b.example"
    authors = (Author("Ann", ("ann@a.example",)),)
    assert run_step(Mask(), text, authors=authors).text == "Ann@a.example, <EMAIL>"
    assert run_step(Mask(keep_authors=False), text, authors=authors).text == "<EMAIL>, <EMAIL>"
    # A number inside a kept address is part of it.
    text, authors = "4111111111111111@a.example", (Author("Ann", ("4111111111111111@a.example",)),)
    assert run_step(Mask(), text, authors=authors).text == text


def test_a_hash_is_stable_and_depends_on_the_salt_alone() -> None:
    text = "bob@b.example, DE89 3704 0044 0532 0130 00, BOB@b.example, DE89370400440532013000"
    one, two, again = (run_step(Mask(policy="hash", salt=salt), text).text for salt in ("a", "b", "a"))
    assert one == again != two
    assert re.fullmatch(r"(<EMAIL:[0-9a-f]{12}>), (<IBAN:[0-9a-f]{12}>), \1, \2", one)
    # All of a long salt counts.
    long, longer = (run_step(Mask(policy="hash", salt="s" * 64 + end), text).text for end in ("", "t"))
    assert long != longer


def test_removal_leaves_nothing_and_other_policies_are_refused() -> None:
    doc = run_step(Mask(policy="remove"), "a bob@b.example c")
    assert doc.text == "a  c"
    assert [(edit.start, edit.end, edit.inserted) for edit in doc.edits] == [(2, 15, "")]
    with pytest.raises(ValidationError, match='policy = "hash" needs a salt'):
        Mask(policy="hash")
    with pytest.raises(ValidationError, match="'mask', 'hash' or 'remove'"):
        Mask(policy="hide")


@pytest.mark.parametrize("step", [Mask(), Mask(policy="hash", salt="s"), Mask(policy="remove")])
def test_it_keeps_the_rules_of_a_step(step: plugin.MaskPersonalData) -> None:  # type: ignore[name-defined]
    check_step(step)


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "+1 ", "a.", "a@", "1:", "1.1.", "DE89 3704 ", "(2", "tel: ", "tel 1 1 1 1 1 1 1 1 ", "2222:"]
)
def test_long_runs_take_no_time(piece: str) -> None:
    started = time.process_time()
    run_step(Mask(), piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2
