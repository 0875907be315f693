"""Which projects a person may see, and how they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q

from projects.catalogue.folding import words
from projects.catalogue.models.organisations import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser

    from projects.catalogue.models.projects import Project  # noqa: F401  Named by the base.


class ProjectQuerySet(models.QuerySet["Project"]):
    def published(self) -> Self:
        """Return the projects anybody may read."""
        return self.filter(state__in=self.model.PUBLISHED_STATES)

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return what is published, and what this person works on; all of it for an admin."""
        if isinstance(user, AnonymousUser):
            return self.published()
        if isinstance(user, PermissionsMixin) and user.is_superuser and user.is_active:
            return self
        return self.filter(Q(state__in=self.model.PUBLISHED_STATES) | _worked_on_by(user))

    def worked_on_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the projects of the agencies and organisations this person is a member of."""
        return self.none() if isinstance(user, AnonymousUser) else self.filter(_worked_on_by(user))

    def in_countries(self, codes: Iterable[str]) -> Self:
        return self.filter(country__in=list(codes))

    def in_sectors(self, codes: Iterable[str]) -> Self:
        return self.filter(sector__in=list(codes))

    def search(self, query: str) -> Self:
        """Return the projects that have every word of the query in a text or in their place.

        Words match from their beginning, whatever the capitals and accents. A blank query
        filters nothing; one without a letter or digit finds nothing.
        """
        if not query.strip():
            return self
        found = words(query)
        if not found:
            return self.none()
        result = self
        for word in found:
            term = SearchQuery(f"'{word}':*", config="simple", search_type="raw")
            holders = self.model.objects.filter(Q(texts__search=term) | Q(search=term))
            result = result.filter(pk__in=holders.values("pk"))
        return result


def _worked_on_by(user: AbstractBaseUser) -> Q:
    mine = Organisation.objects.filter(memberships__user_id=user.pk).values("pk")
    return Q(agency__in=mine) | Q(organisation__in=mine)
