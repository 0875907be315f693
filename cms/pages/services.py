"""Making the pages that the site cannot be without."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from cms.pages.first_words import WORDS
from cms.pages.models import HomePage

if TYPE_CHECKING:
    from datetime import datetime

    from cms.pages.first_words import Words

TRANSLATION_KEY = uuid5(NAMESPACE_DNS, "home.weft")  # The same home in every database.


@transaction.atomic
def ensure_home(*, now: datetime) -> HomePage:
    """Make the home page where it is missing, in every language of the site, and return it.

    What editors have written stays. The page that Wagtail starts with goes.
    """
    pages = {code: _ensure(code, words, now=now) for code, words in WORDS.items()}
    home = pages[settings.LANGUAGE_CODE]
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        replaced = site.root_page_id
        site.hostname = site.hostname or "localhost"
        site.root_page = home
        site.save()
        _remove_welcome(replaced)
    return home


def _ensure(code: str, words: Words, *, now: datetime) -> HomePage:
    locale, _ = Locale.objects.get_or_create(language_code=code)
    kept: HomePage | None = HomePage.objects.filter(
        locale=locale, translation_key=TRANSLATION_KEY
    ).first()
    if kept is not None:
        return kept
    root = Page.objects.filter(depth=1).get()
    home: HomePage = root.add_child(
        instance=HomePage(
            title=words.title,
            slug=f"weft-{code}",
            locale=locale,
            translation_key=TRANSLATION_KEY,
            heading=words.heading,
            lead=words.lead,
            translation=words.translation,
            sections=[{"type": kind, "value": value} for kind, value in words.sections],
            live=True,
            first_published_at=now,
            last_published_at=now,
        )
    )
    return home


def _remove_welcome(page_id: int | None) -> None:
    """Delete the plain page of a new Wagtail, not one that somebody made."""
    welcome = Page.objects.filter(pk=page_id, depth=2, slug="home").first()
    if welcome is not None and welcome.specific_class is Page and not welcome.get_children():
        welcome.delete()
