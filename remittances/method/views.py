"""The method as published, its changes, and the same changes as a feed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from django.contrib.syndication.views import Feed
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from remittances.method import example
from remittances.method.changes import CHANGES, Change

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    """Say how prices are read and ordered, so that anybody can do it again."""
    context = {"example": example.example(), "mean": example.mean(), "newest": CHANGES[0]}
    return render(request, "remittances/methodology.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show every change of the method, newest first."""
    return render(request, "remittances/method/changes.html", {"changes": CHANGES})


class ChangesFeed(Feed[Change, None]):
    """The changes as Atom."""

    feed_type = Atom1Feed
    title = gettext_lazy("Changes of how we compare the cost of transfers")
    link = reverse_lazy("remittances:changes")

    def items(self) -> tuple[Change, ...]:
        return CHANGES

    def item_title(self, item: Change) -> str:
        return str(item.title)

    def item_description(self, item: Change) -> str:
        return str(item.text)

    def item_link(self, item: Change) -> str:
        return f"{reverse('remittances:changes')}#{item.slug}"

    def item_updateddate(self, item: Change) -> datetime:
        return datetime.combine(item.on, time(), UTC)

    item_pubdate = item_updateddate
