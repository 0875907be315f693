from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.catalogue.folding import FOLDED, LONGEST_QUERY, MOST_WORDS, PLAIN, fold, words
from projects.catalogue.models import Project
from tests.make import catalogue as make


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=1000))
def test_any_query_gives_a_few_plain_words(text: str) -> None:
    found = words(text)

    assert len(found) <= MOST_WORDS
    assert sum(map(len, found)) <= LONGEST_QUERY * 3
    assert not {"'", "\\", "\0", ":", "*"} & set("".join(found))


def test_composed_and_decomposed_letters_fold_alike() -> None:
    composed = "École de Ñandú, Orăștie"

    assert fold(composed) == "ecole de nandu, orastie"
    assert fold(unicodedata.normalize("NFD", composed)) == fold(composed)


def test_the_two_halves_of_the_table_fit() -> None:
    assert len(set(FOLDED)) == len(FOLDED)
    assert len(PLAIN) < len(FOLDED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "dryers",
        "DRYER",
        "solar dry",
        "mango makueni",
        "Mákuéni",
        "séchoirs",
        "SECHOIRS",
        "مجففات",
        "المَجففات",
        "المانجو",
    ],
)
def test_finds_by_the_beginning_of_words_in_any_text_or_place(query: str) -> None:
    found = make.project(title="Solar dryers for mango growers", place="Makueni")
    make.text(found, language="fr", title="Séchoirs solaires")
    make.text(found, language="ar", title="مجففات شمسية", summary="المجففات لمزارعي المانجو")
    make.project(title="A bakery", place="Soroca")

    assert [p.pk for p in Project.objects.search(query)] == [found.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_a_blank_query_filters_nothing(query: str) -> None:
    make.project()

    assert Project.objects.search(query).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "!!!",
        "' OR 1=1 --",
        "a:*|b",
        "well & !here",
        "\x00",
        "\ud800",
        "\\'",
        "(((",
        "zzz",
        "w" * 5000,
        "%",
        "_",
        "🧵",
        "a b c d e f g h i j k l m n o p",
    ],
)
def test_hostile_and_empty_handed_queries_find_nothing_and_break_nothing(query: str) -> None:
    make.project()

    assert list(Project.objects.search(query)) == []
