from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.builtin.filters import Languages
from ingest.builtin.language import Language
from ingest.builtin.language.backends.ngrams import NGrams, Supplement
from ingest.builtin.language.backends.supplement import load_supplement, save_supplement
from ingest.builtin.language.codes import iso_code
from ingest.builtin.language.paragraphs import foreign_edits, paragraphs_of
from ingest.builtin.language.sample import has_letters, pieces_of, sample_of
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
BACKENDS = ("extended", "py3langid", "langdetect")


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


def test_chinese_is_one_language_for_all_backends() -> None:
    text = "渡船晚了一個小時才離開碼頭，因為一隻天鵝停在跳板上不肯走。船長說，他們等了很久，後來牠自己飛走了，大家都很高興。"
    assert [language(text * 2, backend=backend)[0] for backend in BACKENDS] == ["zh", "zh", "zh"]


def test_a_low_score_is_no_answer() -> None:
    sure = language(TEXTS["en"])
    assert sure[0] == "en"
    assert language("casa blanca y azul", min_score=1.0)[0] == "und"


def test_start_middle_and_end_are_looked_at() -> None:
    assert sample_of("a" * 100 + "b" * 100 + "c" * 100, 90) == "a" * 30 + " " + "b" * 30 + " " + "c" * 30
    assert sample_of("a\n 1 \nb", 90) == "a b"
    menu = "Home News Sport Weather Travel Money Culture Opinion Video Help Jobs Shop Contact About Terms " * 3
    assert language(menu + TEXTS["de"] * 40 + menu)[0] == "de"


def test_addresses_do_not_count_as_words() -> None:
    addresses = "https://www.the-weather-and-the-news.example/this/is/all/english " * 10
    assert language(addresses + TEXTS["pl"])[0] == "pl"


@pytest.mark.parametrize("backend", BACKENDS)
def test_lives_with_halves_of_surrogate_pairs(backend: str) -> None:
    assert language(TEXTS["en"] + "\ud83d", backend=backend)[0] == "en"


@pytest.fixture(scope="module")
def model() -> NGrams:
    return NGrams()


@pytest.fixture(scope="module")
def library() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=60), max_size=8))
@settings(deadline=None, max_examples=150)
def test_the_model_is_read_as_its_library_reads_it(
    model: NGrams, library: LanguageIdentifier, texts: list[str]
) -> None:
    found = list(model.features(texts))
    assert len(found) == len(texts)
    for text, features in zip(texts, found, strict=True):
        wanted = library._raw_score(library._encode(text))
        if len(features.groups):
            assert np.allclose(model.raw_scores(features), wanted, rtol=1e-4)
        else:
            assert not wanted.any()


@pytest.mark.parametrize("code", TEXTS)
def test_answers_are_those_of_the_library(model: NGrams, library: LanguageIdentifier, code: str) -> None:
    (answer,) = model.detect([TEXTS[code]])
    wanted, score = library.classify(TEXTS[code])
    assert (answer.language, answer.score) == (wanted, pytest.approx(score, abs=1e-4))


def test_long_texts_are_read_like_short_ones(model: NGrams) -> None:
    # More than is followed at once.
    text = " ".join(TEXTS.values())
    many = [text[start:] for start in range(400)]
    assert model.detect(many) == [model.detect([one])[0] for one in many]


def test_a_supplement_of_another_model_is_refused() -> None:
    supplement = load_supplement()
    with pytest.raises(ValueError, match=r"belongs to another version of py3langid: install 0\.4"):
        NGrams(replace(supplement, fingerprint=supplement.fingerprint + 1))


def test_a_supplement_survives_its_file(tmp_path: Path) -> None:
    supplement: Supplement = load_supplement()
    for name in ("a.npz", "b.npz"):
        save_supplement(supplement, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz") as data:
        assert np.array_equal(data["columns"].astype(np.float32), supplement.columns)
        assert data["codes"].tolist() == ["mi", "tn", "ts"]


ADDED = {
    "mi": "I tae mai te waka i muri i te haora tahi, nā te mea i noho tētahi manu nui ki runga i te arahanga.",
    "tn": "Mokoro o tsamaile morago ga nako ka gonne nonyane e kgolo e ne e ntse mo borogong mme e sa batle go tsamaya.",
    "ts": "Xikwekwetsu xi hlwerile ku famba hikuva xinyenyana lexikulu a xi tshamile ebulorhweni naswona a xi nga lavi ku suka.",
}  # fmt: skip


@pytest.mark.parametrize("code", ADDED)
def test_languages_that_the_library_lacks(code: str) -> None:
    assert language(ADDED[code])[0] == code
    assert language(ADDED[code], backend="py3langid")[0] != code


def test_the_neighbours_of_new_languages_keep_their_texts() -> None:
    northern_sotho = (
        "Mmušo o dirile gore bana ba sekolo ba hwetše dipuku tša bona ka nako. Barutiši ba re se se tla thuša kudu."
    )
    assert language(northern_sotho)[0] == "nso"


def test_close_languages_are_told_apart() -> None:
    malay = "Kereta api itu tiba lewat kerana hujan lebat. Beliau berkata polis akan menyiasat kejadian itu esok pagi."
    indonesian = (
        "Kereta api itu terlambat karena hujan deras. Ia mengatakan polisi akan menyelidiki kejadian itu besok pagi."
    )
    assert language(malay * 2)[0] == "ms"
    assert language(indonesian * 2)[0] == "id"


@pytest.mark.parametrize("backend", BACKENDS)
def test_mixed_texts_have_no_language(backend: str) -> None:
    half = "\n".join([TEXTS["en"]] * 3 + [TEXTS["ru"]] * 3)
    assert language(half, backend=backend) == ("und", 0.0)
    assert language(half, backend=backend, min_share=0.0)[0] != "und"
    # A quotation does not make a text mixed.
    assert language("\n".join([TEXTS["de"]] * 5 + [TEXTS["fr"]]), backend=backend)[0] == "de"


def test_answers_are_the_same_in_any_process() -> None:
    code = (
        "from ingest.builtin.language import Language\n"
        "from ingest.document import Document\n"
        f"texts = {[*TEXTS.values()]!r}\n"
        "docs = Language().process([Document(str(n), text * 9) for n, text in enumerate(texts)])\n"
        "print([(doc.language, doc.language_score) for doc in docs])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads, seed in (("1", "1"), ("2", "2"))
    }  # fmt: skip
    assert len(found) == 1


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("no", "nb"), ("nn", "nn"), ("iw", "he"), ("ZH_TW", "zh"), ("zh-cn", "zh"), ("zxx", "und"), ("kik", "ki"),
     ("yue", "yue"), ("nso", "nso"), ("de", "de"), ("fil", "tl"), ("sh", "sr")],
)  # fmt: skip
def test_codes(code: str, wanted: str) -> None:
    assert iso_code(code) == wanted
    assert iso_code(wanted) == wanted


def test_every_answer_of_the_model_is_a_code() -> None:
    answers = {iso_code(code) for code in NGrams(load_supplement()).codes}
    assert all(code.isalpha() and code.islower() and len(code) in (2, 3) for code in answers)
    assert len(answers - {"und"}) == 142
    assert not answers & {"no", "zxx", "kik", "gug"}


def test_languages_takes_the_names_that_languages_have_elsewhere() -> None:
    assert Languages(allow=["no", "iw", "de", "nb"]).allow == ["nb", "nn", "he", "de"]
    assert Languages(allow=["deu", "ger", "fra", "slk", "yue", "nso"]).allow == ["de", "fr", "sk", "yue", "nso"]


def test_what_announces_a_quotation_is_the_paragraph_in_front() -> None:
    english = "The cat sat on the mat and looked at the moon all night long, wondering what it would be like up there."
    text = "\n".join([*GERMAN * 4, "Sie schrieb:", english * 2, GERMAN[0], english * 2])
    assert run_step(Language(paragraphs="remove"), text).text == text.rpartition("\n")[0]


def test_many_foreign_paragraphs_take_no_time() -> None:
    english = (
        "The cat sat on the mat and looked at the moon all night long, wondering what it would be like up there.\n"
    )
    text = (english + "\n") * 20_000
    found = [paragraph.in_language("en") for paragraph in paragraphs_of(text)]
    started = time.process_time()
    assert len(foreign_edits(text, found, "de")) == 20_000
    assert time.process_time() - started < 2


@given(st.text(st.sampled_from("aé漢字 1\n_.٣"), max_size=80), st.integers(1, 30))
def test_letters_are_counted(text: str, least: int) -> None:
    assert has_letters(text, least) == (sum(map(str.isalpha, text)) >= least)


@given(st.text(st.sampled_from("ab "), max_size=900))
def test_pieces_come_from_the_sample_in_order(sample: str) -> None:
    position = 0
    for piece in pieces_of(sample):
        assert len(piece) >= 30
        position = sample.index(piece, position)


GERMAN = [
    TEXTS["de"],
    "Der Schwan blieb sitzen, bis der Kapitän ihm ein Brötchen aus der Kombüse brachte und auf die andere Seite warf.",
    "Danach fuhren alle schweigend über den Fluss, und niemand beschwerte sich mehr über die verlorene Stunde.",
]
ENGLISH = (
    TEXTS["en"] + " The captain said that he had seen nothing like it in the thirty years he had been sailing here."
)


def removed(*paragraphs: str, **options: object) -> tuple[str, list[tuple[str, str]]]:
    doc = run_step(Language.model_validate({"paragraphs": "remove", **options}), "\n\n".join(paragraphs))
    return doc.text, [(edit.reason.code, edit.reason.value) for edit in doc.edits]


@pytest.mark.parametrize("place", range(4))
def test_a_foreign_paragraph_goes_with_one_break(place: int) -> None:
    text, reasons = removed(*GERMAN[:place], ENGLISH, *GERMAN[place:])
    assert text == "\n\n".join(GERMAN)
    assert reasons == [("foreign_paragraph", "en")]


def test_neighbours_decide_on_short_paragraphs() -> None:
    short = "The ferry left the quay an hour late this morning because of a swan."
    assert removed(*GERMAN, short)[1] == []
    assert removed(GERMAN[0], *GERMAN, short, TEXTS["en"])[1] == [("foreign_paragraph", "en")] * 2


@pytest.mark.parametrize(
    "paragraph",
    [
        "“" + ENGLISH + "”",
        "> " + ENGLISH,
        "The Royal Society for the Protection of Birds, Department of Water Management, University of Lower Saxony",
        "Swan Lake",
        "for (int i = 0; i < n; i++) { total += values[i]; if (total > limit) { return total; } }",
        "x = read(path); y = x.split('\\n'); print(len(y), y[0], y[-1]) # the first and the last of all lines",
    ],
)
def test_quotations_names_and_programs_stay(paragraph: str) -> None:
    text, reasons = removed(*GERMAN[:2], paragraph, *GERMAN[2:], *GERMAN)
    assert reasons == []
    assert paragraph in text


def test_what_is_announced_is_a_quotation() -> None:
    announced = GERMAN[1].removesuffix(".") + " und sagte:"
    assert removed(GERMAN[0], announced, ENGLISH, GERMAN[2], *GERMAN)[1] == []


def test_the_close_relative_of_a_language_is_not_foreign_to_it() -> None:
    croatian = "Trajekt je otišao s mola sat vremena kasnije jer je labud sjeo na most i nije se htio maknuti."
    serbian = "Brod je krenuo sa keja sat vremena kasnije zato što je labud seo na most i nije hteo da se pomeri. " * 2
    assert removed(croatian, croatian, croatian, serbian.strip())[1] == []


def test_nothing_is_foreign_to_a_mixed_text() -> None:
    text, reasons = removed(*GERMAN, *[ENGLISH] * 2)
    assert reasons == []
    assert text == "\n\n".join([*GERMAN, *[ENGLISH] * 2])


def test_marks_say_the_language_of_every_line() -> None:
    wrapped = (
        "The ferry left the quay an hour late, because a swan had settled\n"
        "on the gangway and would not move. The captain said that he had\n"
        "seen nothing like it in the thirty years he had been sailing\n"
        "here."
    )
    text = "\n\n".join([*GERMAN, wrapped, "Kurz", *GERMAN])
    doc = run_step(Language(paragraphs="mark"), text)
    assert (doc.text, doc.language) == (text, "de")
    assert doc.metadata["line_languages"].split() == ["de"] * 3 + ["en"] * 4 + ["und"] + ["de"] * 3
    shares = {code: float(share) for code, share in (part.split("=") for part in doc.metadata["languages"].split())}
    assert list(shares) == ["de", "en", "und"]
    assert sum(shares.values()) == pytest.approx(1, abs=0.002)
    assert shares["en"] == pytest.approx(len(wrapped) / (len(text.replace("\n\n", ""))), abs=0.01)


LINES = st.lists(st.sampled_from(["", " ", "Kurz", *GERMAN, ENGLISH, TEXTS["ru"], TEXTS["zh"], "1 2 3"]), max_size=12)


@given(LINES, st.sampled_from(["\n", "\n\n"]))
@settings(deadline=None)
def test_whole_paragraphs_go_and_nothing_else(lines: list[str], between: str) -> None:
    text = between.join(lines)
    doc = run_step(Language(paragraphs="remove"), text)
    kept = iter([line for line in lines if line.strip()])
    assert all(line in kept for line in doc.text.split("\n") if line.strip())
    assert all(
        text[edit.start : edit.end].strip() in (ENGLISH, TEXTS["ru"], TEXTS["zh"], *GERMAN) for edit in doc.edits
    )


@given(st.text(st.sampled_from("ab.\n \t漢"), max_size=300))
def test_every_line_is_in_a_paragraph(text: str) -> None:
    found = paragraphs_of(text)
    assert sum(paragraph.n_lines for paragraph in found) == sum(bool(line.strip()) for line in text.split("\n"))
    assert " ".join(text[one.start : one.end] for one in found).split() == text.split()


@pytest.mark.parametrize("mode", ["mark", "remove"])
def test_a_step_like_any_other_with_paragraphs(mode: str) -> None:
    check_step(Language.model_validate({"paragraphs": mode}))
