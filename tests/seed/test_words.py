"""Every sentence that demo people write is whole, and the same numbers give the same sentence."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from marketplace.catalog.models import NAME_LENGTH, UNIT_LENGTH
from marketplace.orders.models import TITLE_LENGTH
from seed.deal_words import OCCASIONS, SPEAKERS, deal_words
from seed.phrases import Memory, Phrase, Slots, capitalised, listed, plural
from seed.shelf import goods_of_words
from seed.vocabulary import LANGUAGES, Job, Kind, kinds, vocabulary

EVERY_JOB = [(kind, job) for kind in kinds() for job in kind.jobs]
RATINGS = range(1, 11)
WRITTEN_SMALL = ("iOS", "iOS-приложение", "iOS-разработчик", "k6", "pytest", "amoCRM")
FAULTS = re.compile(
    r"[{}|*]"  # an unfilled slot
    r"|  |\s[,.;:!?)]|\.\.|,,|::|\( "  # blanks and marks out of place
    r"|\b[Aa] (?=[aeio])|\b[Aa]n (?=[bcdfgjkpqtvwyz])"  # the wrong English article
)


def texts_of(language: str, kind: Kind, job: Job, number: int) -> list[str]:
    """Orders of one kind of work, and what a performer of it says of themselves."""
    random = Random(f"{language} {kind.slug} {job.key}")
    words = vocabulary(language)
    texts: list[str] = []
    for _ in range(number):
        texts += words.order(kind, job, random)
        texts += words.headline(kind, random), words.performer_about(kind, random)
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_orders_and_profiles_have_no_holes(language: str) -> None:
    for kind, job in EVERY_JOB:
        for text in texts_of(language, kind, job, 60):
            fault = FAULTS.search(text)
            assert fault is None, f"{fault} in {text!r}"
            assert text == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_orders_fit_and_begin_and_end_like_sentences(language: str) -> None:
    random = Random(7)
    for kind, job in EVERY_JOB:
        for _ in range(40):
            title, description = vocabulary(language).order(kind, job, random)
            assert len(title) <= TITLE_LENGTH
            assert not title[0].islower() or title.split()[0].rstrip(":,") in WRITTEN_SMALL
            paragraphs = description.split("\n\n")
            assert len(paragraphs) == 3
            assert all(paragraph[0].isupper() and paragraph[-1] in ".!?" for paragraph in paragraphs), description


@pytest.mark.parametrize("language", LANGUAGES)
def test_reviews_replies_and_reasons_have_no_holes(language: str) -> None:
    random = Random(7)
    words = vocabulary(language)
    occasions = ("withdrawals", "cancellations_new", "cancellations_taken", "desk_cancellations")
    texts = [words.review(rating, random) for rating in RATINGS for _ in range(80)]
    texts += [words.reply(rating, random) for rating in RATINGS for _ in range(20)]
    texts += [words.customer_about(random) for _ in range(200)]
    texts += [words.reason(occasion, random) for occasion in occasions for _ in range(40)]
    for text in texts:
        assert FAULTS.search(text) is None, text
        assert text[0].isupper() and text[-1] in ".!?", text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_write_around_deals_has_no_holes_and_is_in_their_language(language: str) -> None:
    random = Random(7)
    words = deal_words(language)
    texts = [words.offer(random) for _ in range(300)] + [words.revised_offer(random) for _ in range(30)]
    texts += [words.offer_withdrawal(random) for _ in range(30)] + [words.decline(random) for _ in range(30)]
    talks = [words.talk(occasion, random, managed=True) for occasion in OCCASIONS for _ in range(200)]
    texts += [text for talk in talks for _, text in talk]
    assert {speaker for talk in talks for speaker, _ in talk} == set(SPEAKERS)
    for text in filter(None, texts):
        assert FAULTS.search(text) is None, text
        assert text[0].isupper() and text[-1] in ".!?", text
        assert bool(re.search("[а-яё]", text, re.IGNORECASE)) == (language == "ru"), text
    for kind in kinds():
        works = words.works(kind.slug)
        assert len(set(works)) == len(works) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_talks_who_is_not_there(language: str) -> None:
    random = Random(7)
    words = deal_words(language)
    for occasion in OCCASIONS:
        for _ in range(100):
            assert all(speaker != "m" for speaker, _ in words.talk(occasion, random, managed=False))
    for _ in range(100):
        assert all(speaker != "p" for speaker, _ in words.talk("before", random, managed=True))


def test_goods_of_the_word_list_can_be_products() -> None:
    goods = goods_of_words(1)
    assert [good.id for good in goods] == list(range(1, len(goods) + 1))
    assert len({good.name for good in goods}) == len(goods) > 200
    for good in goods:
        assert len(good.name) <= NAME_LENGTH and 0 < len(good.unit) <= UNIT_LENGTH
        assert good.price > 0 and FAULTS.search(good.name) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_in_their_language(language: str) -> None:
    for kind, job in EVERY_JOB:
        for text in texts_of(language, kind, job, 5):
            assert bool(re.search("[а-яё]", text, re.IGNORECASE)) == (language == "ru"), text


def test_ten_thousand_orders_do_not_look_copied() -> None:
    random = Random(7)
    orders = [vocabulary("ru").order(*random.choice(EVERY_JOB), random) for _ in range(10_000)]
    titles = Counter(title for title, _ in orders)
    assert len(set(orders)) == len(orders)
    assert len(titles) > 6000
    assert titles.most_common(1)[0][1] < 30


def test_the_same_numbers_give_the_same_text() -> None:
    for kind, job in EVERY_JOB[:5]:
        assert texts_of("ru", kind, job, 5) == texts_of("ru", kind, job, 5)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (14, "дней"), (21, "день"), (23, "дня"), (112, "дней")],
)
def test_russian_nouns_agree_with_their_number(number: int, expected: str) -> None:
    assert plural(number, ["день", "дня", "дней"], "ru") == expected


def test_a_word_is_kept_until_the_end_of_the_text() -> None:
    slots: Slots = {"biz": [{"who": f"пекарня {n}", "gen": f"пекарни {n}"} for n in range(50)]}
    title, text = Phrase("Сайт {biz.gen}", slots, "ru"), Phrase("Мы — {biz.who}", slots, "ru")
    memory: Memory = {}
    random = Random(1)
    assert title.fill(random, memory).split()[-1] == text.fill(random, memory).split()[-1]


@pytest.mark.parametrize(
    "template", ["{unknown}", "{biz}", "{biz.dat}", "{words*9}", "{n:x}", "left {over", "over} left"]
)
def test_a_faulty_template_is_refused_when_it_is_read(template: str) -> None:
    slots: Slots = {"biz": [{"gen": "пекарни"}], "words": ["один", "два"]}
    with pytest.raises(ValueError):
        Phrase(template, slots, "ru")


def test_lists_and_capitals_follow_the_language() -> None:
    assert listed(["a", "b", "c"], "en") == "a, b and c"
    assert listed(["а", "б"], "ru") == "а и б"
    assert capitalised("расчёт тарифов") == "Расчёт тарифов"
    assert capitalised("iOS-приложение") == "iOS-приложение"
    assert capitalised("k6: нагрузка") == "k6: нагрузка"
