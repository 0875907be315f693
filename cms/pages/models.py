from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction

from cms.pages import front
from cms.pages.blocks import SECTIONS
from projects.public.caching import kept_for_a_moment

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class HomePage(Page):  # type: ignore[misc]
    """The way in, once for each language. Words are the editors'; figures are read when shown."""

    class Translation(models.TextChoices):
        ORIGINAL = "original", _("Written in this language")
        MACHINE = "machine", _("Translated by a machine, not checked")
        REVIEWED = "reviewed", _("Translated and checked by a person")

    heading = models.CharField(
        _("heading"),
        max_length=100,
        help_text=_(
            "Stands under “Your 100 becomes 300”, or in its place while no public fund adds."
        ),
    )
    lead = models.TextField(_("first words"), max_length=300)
    translation = models.CharField(
        _("translation"), max_length=16, choices=Translation, default=Translation.ORIGINAL
    )
    sections = StreamField(SECTIONS, verbose_name=_("sections"), blank=True)

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("heading"),
        FieldPanel("lead"),
        FieldPanel("sections"),
        FieldPanel("translation"),
    ]
    max_count_per_parent = 1
    subpage_types: ClassVar[list[str]] = []
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    template = "cms_pages/home.html"

    class Meta:
        db_table = "cms_home_page"

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        """Ask as Wagtail does, but only where an editor has restricted something at all."""
        everywhere = PageViewRestriction.objects.all()
        found: QuerySet[PageViewRestriction] = (
            super().get_view_restrictions() if everywhere.exists() else everywhere.none()
        )
        return found

    def serve(self, request: HttpRequest) -> HttpResponse:
        """Answer strangers from memory for a moment; editors see what they write at once."""
        if getattr(request, "is_preview", False):
            return self._drawn(request)
        return kept_for_a_moment(self._drawn)(request)

    def _drawn(self, request: HttpRequest) -> HttpResponse:
        drawn: HttpResponse = super().serve(request).render()
        return drawn

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add what is going on now, and what the amount asked about would become."""
        now = timezone.now()
        view = front.front_page(language=get_language() or settings.LANGUAGE_CODE, now=now)
        sum_ = front.calculate(
            view, amount=request.GET.get("amount"), country=request.GET.get("country")
        )
        shown = {"front": view, "calculation": sum_}
        return {**super().get_context(request, *args, **kwargs), **shown}
