"""Sentences that wait for their language."""

from __future__ import annotations

import pytest

from app.domain.text import T, Text, install_catalogue, ntr, tr, verbatim


def test_a_sentence_follows_the_language_of_its_reader() -> None:
    sentence = T("Shop {name}", name="main")
    install_catalogue({"Shop {name}": "店铺 {name}"}.get)  # type: ignore[arg-type]  # knows one sentence only
    assert str(sentence) == "店铺 main"
    install_catalogue(None)
    assert str(sentence) == "Shop main"


def test_a_stored_sentence_comes_back_with_its_values_and_inner_sentences() -> None:
    sentence = T("There is no account for {carrier}.", carrier=T("SF Express"))
    back = Text.from_json(sentence.as_json())
    assert str(back) == "There is no account for SF Express."


@pytest.mark.parametrize("stored", ["plain words", "{broken", "[1]", '{"x": 1}'])
def test_other_stored_text_is_shown_as_it_is(stored: str) -> None:
    assert str(Text.from_json(stored)) == stored


def test_somebody_elses_words_may_hold_braces() -> None:
    assert str(verbatim("错误 {0} {name}")) == "错误 {0} {name}"


def test_counting_knows_one_and_many() -> None:
    assert ntr("{n} order", "{n} orders", 1) == "1 order"
    assert ntr("{n} order", "{n} orders", 5) == "5 orders"
    assert tr("{n} left", n=3) == "3 left"


def test_a_sentence_in_a_sentence_in_a_sentence_comes_back() -> None:
    inner = T("There is no account for {carrier}.", carrier=T("SF Express"))
    sentence = T("“{rule}”: {why}", rule="r", why=inner)
    back = Text.from_json(T("No carrier can take it. {why}", why=sentence).as_json())
    assert str(back) == "No carrier can take it. “r”: There is no account for SF Express."
    assert isinstance(back.params["why"], Text)
