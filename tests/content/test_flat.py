"""What is measured of the lines of a text: of any text, in any script."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.flat import MOST_WORDS, FlatPage, read_flat

LINES = st.lists(st.text(st.characters(exclude_characters="\n"), max_size=90), min_size=1, max_size=30)


def page_of(lines: list[str], title: str = "") -> FlatPage:
    page = read_flat(lines, title)
    assert page is not None
    return page


@given(LINES, st.text(max_size=30))
def test_any_lines_have_finite_and_bounded_features(lines: list[str], title: str) -> None:
    page = read_flat(lines, title)
    full = [index for index, line in enumerate(lines) if line.strip()]
    if page is None:
        assert not full
        return
    assert page.rows.tolist() == full
    assert page.features.shape[0] == len(page.words) == len(page.chars) == len(full)
    assert np.isfinite(page.features).all()
    assert np.abs(page.features).max() < 20
    assert max(map(len, page.words)) <= MOST_WORDS


@given(LINES)
def test_every_stretch_around_a_line_holds_it(lines: list[str]) -> None:
    page = read_flat(lines)
    if page is not None:
        first, end = page.spans
        at = np.arange(len(page))
        assert ((first <= at) & (at < end)).all()
        assert (first >= 0).all()
        assert (end <= len(page)).all()


@given(LINES)
def test_white_space_at_the_end_of_lines_does_not_count(lines: list[str]) -> None:
    page, padded = read_flat(lines), read_flat([line + "  " for line in lines])
    if page is not None and padded is not None:
        assert np.array_equal(page.features, padded.features)


@pytest.mark.parametrize(
    "sentence",
    [
        "The keeper opened the weir on Monday, a week before anybody had expected it.",
        "Смотритель открыл плотину в понедельник, на неделю раньше, чем все ожидали.",
        "فتح الحارس السد يوم الاثنين، قبل أسبوع من الموعد الذي كان الجميع ينتظره؟",
        "रखवाले ने सोमवार को बाँध खोल दिया, जबकि सबको लगता था कि एक हफ़्ता और लगेगा।",
        "星期一管理员打开了水闸，比山谷里所有人预料的早了整整一个星期。",
    ],
)
def test_a_sentence_is_running_text_in_any_script(sentence: str) -> None:
    assert page_of([sentence, sentence[:12], sentence[:-1]]).is_running.tolist() == [True, False, False]


def test_marks_of_vowels_are_parts_of_letters() -> None:
    with_marks = page_of(["किताब कहानी"]).features
    assert np.array_equal(with_marks, page_of(["ककतअब कहअनअ"]).features)


def test_lines_of_the_title_are_known() -> None:
    lines = ["The weir opens", "Something else"]
    with_title, without = page_of(lines, "The weir opens | Lock News").features, page_of(lines, "Nothing").features
    assert (with_title[0] != without[0]).any()
    assert np.array_equal(with_title[1], without[1])


def test_a_text_of_blank_lines_has_nothing_to_measure() -> None:
    assert read_flat(["", "  ", "\t"]) is None
