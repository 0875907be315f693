"""The style guide renders every component; each keeps its promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import translation

from marketplace.templatetags.weft import SCENES
from payments.money import Money

TEMPLATES = sorted(Path().glob("*/templates/**/*.html")) + sorted(
    Path().glob("*/*/templates/**/*.html")
)


def _soup(html: str | bytes) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.fixture
def guide(client: Client) -> BeautifulSoup:
    answer = client.get("/styleguide/")
    assert answer.status_code == 200
    return _soup(answer.content)


@pytest.mark.django_db
def test_the_style_guide_is_hidden_where_neither_developing_nor_testing(client: Client) -> None:
    with override_settings(STYLEGUIDE=False):
        assert client.get("/styleguide/", follow=True).status_code == 404


def test_the_style_guide_shows_every_component(guide: BeautifulSoup) -> None:
    components = (
        "bar track btn chip badge tag notice alert empty steps summary field answers t.stack"
        " pager miles risk stats card sw legend receipt box facets search"
    )
    missing = [name for name in components.split() if not guide.select_one(f".{name}")]
    assert not missing


def test_every_label_finds_its_field(guide: BeautifulSoup) -> None:
    ids = {tag["id"] for tag in guide.select("[id]")}
    for label in guide.select("label"):
        assert label["for"] in ids


def test_every_picture_is_named_or_hidden(guide: BeautifulSoup) -> None:
    for svg in guide.select("svg"):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg["aria-label"])


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_no_template_styles_or_scripts_inline(template: Path) -> None:
    source = template.read_text()
    if "emails" in template.parts:
        return
    assert " style=" not in source
    assert "javascript:" not in source
    assert " onclick=" not in source


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_is_small_and_repeats_no_ids(scene: str) -> None:
    drawn = render_to_string(f"art/{scene}.html")
    svg = _soup(drawn).svg
    assert svg is not None
    assert svg["aria-hidden"] == "true"
    assert not svg.select("[id]")
    assert len(drawn) < 6000
    assert len(svg.select("*")) <= 45


def _render(source: str, language: str = "en", **context: object) -> str:
    with translation.override(language):
        return Template("{% load weft %}" + source).render(Context(context))


def test_an_amount_is_kept_apart_from_the_sentence_around_it() -> None:
    assert _render("{{ m|money }}", m=Money(10_000, "EUR")) == '<bdi class="num">€100.00</bdi>'
    assert _render("{{ m|money_short_text }}", m=Money(10_000, "EUR")) == "\u2068€100\u2069"


def test_names_of_countries_follow_the_language() -> None:
    assert _render("{{ 'KEN'|country }}") == "Kenya"
    assert _render("{{ 'KEN'|country }}", "ar") == "كينيا"


class _Form(forms.Form):
    amount = forms.CharField(label="Amount", help_text="From 5 euro.")


def _field(form: forms.Form) -> Tag:
    return _soup(render_to_string("components/field.html", {"field": form["amount"]}))


def test_a_field_says_its_hint_and_its_error_to_those_who_listen() -> None:
    field = _field(_Form({"amount": ""}))
    control = field.select_one("input")
    assert control is not None
    assert control["aria-invalid"] == "true"
    named = str(control["aria-describedby"]).split()
    assert [field.select_one(f"#{one}").get_text(strip=True) for one in named] == [  # type: ignore[union-attr]
        "From 5 euro.",
        "This field is required.",
    ]
    assert control["class"] == ["in"]


def test_a_field_without_error_is_not_called_invalid() -> None:
    control = _field(_Form()).select_one("input")
    assert control is not None
    assert not control.has_attr("aria-invalid")


def test_the_summary_of_errors_leads_to_each_field() -> None:
    summary = _soup(render_to_string("components/error_summary.html", {"form": _Form({})}))
    assert summary.select_one("[role=alert][autofocus]")
    (link,) = summary.select("a")
    assert (link["href"], link.get_text()) == ("#id_amount", "This field is required.")


def test_a_form_without_errors_has_no_summary() -> None:
    assert not render_to_string("components/error_summary.html", {"form": _Form()}).strip()


def test_the_title_of_a_page_with_errors_starts_with_the_word() -> None:
    page = _soup(render_to_string("base.html", {"form": _Form({}), "lang": "en"}))
    assert page.title is not None
    assert page.title.get_text().startswith("Error: ")
