"""How visitors and programs narrow the list of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector
from projects.funding.models import Campaign
from projects.funding.residences import country_choices

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from projects.catalogue.models.querysets import ProjectQuerySet

FACETS = ("country", "sector", "purpose", "kind", "matched")


class Sort(models.TextChoices):
    CLOSING = "closing", _("Closing soon")
    NEWEST = "newest", _("Newest")
    LEAST_LEFT = "least_left", _("Least left to raise")
    MOST_MATCHED = "most_matched", _("Most matched")


class ProjectFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The words and facets of the list, joined by "and". `matched_ids` are matched just now."""

    q = django_filters.CharFilter(method="search", max_length=200, label=_("Search"))
    country = django_filters.ChoiceFilter(choices=country_choices, label=_("Country"))
    sector = django_filters.ChoiceFilter(choices=Sector.choices, label=_("Sector"))
    purpose = django_filters.ChoiceFilter(
        field_name="kind", choices=Project.Kind.choices, label=_("For")
    )
    kind = django_filters.ChoiceFilter(
        method="of_kind", choices=Campaign.Kind.choices, label=_("Way of giving")
    )
    matched = django_filters.ChoiceFilter(
        method="matched_now",
        choices=[("1", _("Matched now")), ("0", _("Not matched now"))],
        label=_("Match"),
    )
    sort = django_filters.ChoiceFilter(method="unsorted", choices=Sort.choices, label=_("Sort by"))

    class Meta:
        model = Project
        fields = ()

    def __init__(
        self,
        asked: Mapping[str, str],
        *,
        queryset: ProjectQuerySet,
        matched_ids: Collection[UUID] = (),
    ) -> None:
        super().__init__(normalised(asked), queryset=queryset)
        self.matched_ids = matched_ids

    @property
    def refused(self) -> list[str]:
        """Return the names of the parameters that mean nothing."""
        return [name for name in self.form.errors if name in self.filters]

    def search(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:  # noqa: ARG002
        return projects.search(value)

    def of_kind(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:  # noqa: ARG002
        return projects.filter(campaigns__kind=value).distinct()

    def matched_now(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:  # noqa: ARG002
        chosen = {"pk__in": list(self.matched_ids)}
        return projects.filter(**chosen) if value == "1" else projects.exclude(**chosen)

    def unsorted(self, projects: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:  # noqa: ARG002
        return projects  # The order needs the totals, which are not columns of a project.


_SYNONYMS = {"true": "1", "false": "0"}


def normalised(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the filter's parameters with codes as we write them; others are left out."""
    wanted = {name: asked[name].strip() for name in ("q", *FACETS, "sort") if asked.get(name)}
    if "country" in wanted:
        wanted["country"] = wanted["country"].upper()
    if "matched" in wanted:
        wanted["matched"] = _SYNONYMS.get(wanted["matched"].lower(), wanted["matched"])
    return wanted
