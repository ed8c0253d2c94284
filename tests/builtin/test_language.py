from __future__ import annotations

import random

import pytest

from ingest.builtin.language import Language
from ingest.document import Document
from ingest.step import Step
from ingest.testing import check_step, run_step

TEXTS = {
    "en": "The ferry left the quay an hour late, because a swan had settled on the gangway and would not move.",
    "de": "Die Fähre legte eine Stunde zu spät ab, weil sich ein Schwan auf den Steg gesetzt hatte.",
    "fr": "Le bac a quitté le quai avec une heure de retard, car un cygne s'était posé sur la passerelle.",
    "es": "La barca salió del muelle con una hora de retraso porque un cisne se había posado en la pasarela.",
    "it": "Il traghetto lasciò il molo con un'ora di ritardo perché un cigno si era messo sulla passerella.",
    "pt": "A balsa deixou o cais com uma hora de atraso porque um cisne tinha pousado na passarela.",
    "nl": "De veerboot vertrok een uur te laat omdat er een zwaan op de loopplank was gaan zitten.",
    "pl": "Prom odpłynął z godzinnym opóźnieniem, ponieważ na trapie usiadł łabędź i nie chciał się ruszyć.",
    "ru": "Паром отошёл от причала на час позже, потому что на трап сел лебедь и не хотел уходить.",
    "tr": "Feribot bir saat geç kalktı, çünkü iskeleye bir kuğu oturmuştu ve yerinden kıpırdamak istemiyordu.",
    "fa": "کشتی یک ساعت دیرتر از اسکله حرکت کرد، چون قویی روی پل نشسته بود و نمی‌خواست تکان بخورد.",
    "hi": "नाव एक घंटे की देरी से घाट से निकली क्योंकि एक हंस तख़्ते पर बैठ गया था और हटना नहीं चाहता था।",
    "ja": "白鳥が桟橋に座り込んで動こうとしなかったので、渡し船は一時間遅れて岸を離れた。",
    "zh": "渡船晚了一个小时才离开码头，因为一只天鹅停在跳板上不肯走。",
}
BACKENDS = ("py3langid", "langdetect")


def language(text: str, **options: object) -> tuple[str | None, float | None]:
    doc = run_step(Language.model_validate(options), text)
    return doc.language, doc.language_score


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("code", TEXTS)
def test_tells_languages(backend: str, code: str) -> None:
    found, score = language(TEXTS[code], backend=backend)
    assert found == code
    assert score is not None
    assert 0.5 < score <= 1.0


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "12 34 5678 90",
        "Hello",
        "…!? — ★★★",
        "https://ferry.example/timetable/winter/and/more/words",
        "keeper@lock.example keeper@weir.example another@weir.example",
        "\u200b\u200b\u200b",
        "1\n2\n3\n" * 500,
    ],
)
def test_what_has_no_letters_of_its_own_has_no_language(backend: str, text: str) -> None:
    assert language(text, backend=backend) == ("und", 0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_answers_do_not_depend_on_what_was_asked_before(backend: str) -> None:
    step = Language.model_validate({"backend": backend})
    # Short and mixed texts are those on which a detector that draws lots gives now this answer and now that.
    texts = [*TEXTS.values(), "casa blanca y azul", "Hotel Restaurant Bar", "der die das le la les", "no no no no no"]
    alone = {text: language(text, backend=backend) for text in texts}
    for seed in range(3):
        shuffled = random.Random(seed).sample(texts, len(texts))
        results = step.process([Document(str(index), text) for index, text in enumerate(shuffled)])
        found = {doc.text: (doc.language, doc.language_score) for doc in results if isinstance(doc, Document)}
        assert found == alone


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_step_like_any_other(backend: str) -> None:
    step: Step = Language.model_validate({"backend": backend})
    check_step(step)


def test_norwegian_is_called_as_in_iso_639_1() -> None:
    text = "Fergen gikk en time for sent fordi en svane hadde satt seg på landgangen og ikke ville flytte seg."
    assert language(text, backend="langdetect")[0] == "nb"
    assert language(text)[0] in ("nb", "da")


def test_chinese_is_one_language_for_both_backends() -> None:
    text = "渡船晚了一個小時才離開碼頭，因為一隻天鵝停在跳板上不肯走。船長說，他們等了很久，後來牠自己飛走了，大家都很高興。"
    assert [language(text * 2, backend=backend)[0] for backend in BACKENDS] == ["zh", "zh"]


def test_a_low_score_is_no_answer() -> None:
    sure = language(TEXTS["en"])
    assert sure[0] == "en"
    assert language("casa blanca y azul", min_score=1.0)[0] == "und"


def test_only_the_start_is_looked_at() -> None:
    text = TEXTS["en"] * 2 + TEXTS["de"] * 100
    assert language(text, max_chars=100)[0] == "en"
    assert language(text, max_chars=10_000)[0] == "de"


def test_addresses_do_not_count_as_words() -> None:
    addresses = "https://www.the-weather-and-the-news.example/this/is/all/english " * 10
    assert language(addresses + TEXTS["pl"])[0] == "pl"


@pytest.mark.parametrize("backend", BACKENDS)
def test_lives_with_halves_of_surrogate_pairs(backend: str) -> None:
    assert language(TEXTS["en"] + "\ud83d", backend=backend)[0] == "en"
