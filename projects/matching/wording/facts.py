"""Facts about giver, project and money in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.catalogue.countries import country_name
from projects.catalogue.models import Project
from projects.catalogue.sectors import Sector
from projects.matching.wording.amounts import amount, isolated, language

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Json

COUNTRIES = ("donor.residence", "donor.citizenship", "project.country")
AMOUNTS = ("contribution.amount", "project.cost", "project.budget", "project.goal")

names = {
    "donor.age": gettext_lazy("the giver's age"),
    "donor.citizenship": gettext_lazy("the giver's citizenship"),
    "donor.club": gettext_lazy("the giver's association"),
    "donor.kind": gettext_lazy("the kind of giver"),
    "donor.registered": gettext_lazy("whether the giver is registered"),
    "donor.residence": gettext_lazy("the country in which the giver lives"),
    "donor.score": gettext_lazy("the giver's score"),
    "donor.years_abroad": gettext_lazy("the giver's years abroad"),
    "project.beneficiary": gettext_lazy("who benefits from the project"),
    "project.budget": gettext_lazy("the project's budget"),
    "project.cost": gettext_lazy("the project's cost"),
    "project.country": gettext_lazy("the project's country"),
    "project.goal": gettext_lazy("the project's goal"),
    "project.kind": gettext_lazy("the project's kind"),
    "project.organisation": gettext_lazy("the project's organisation"),
    "project.region": gettext_lazy("the project's region"),
    "project.score": gettext_lazy("the project's score"),
    "project.sector": gettext_lazy("the project's sector"),
    "project.slug": gettext_lazy("the project"),
    "contribution.amount": gettext_lazy("the amount given"),
    "contribution.channel": gettext_lazy("the way the money came"),
    "contribution.kind": gettext_lazy("the kind of money"),
    "contribution.proof": gettext_lazy("the proof of where the money came from"),
    "role": gettext_lazy("the giver's role"),
}


def name(field: str) -> str:
    """Return what a fact is called; one without a word of its own keeps the rule's."""
    return str(names.get(field, field))


def told(field: str, fact: Json, currency: str) -> str:
    """Return a fact as people say it."""
    if fact is None:
        return _("not known")
    if isinstance(fact, bool):
        return _("yes") if fact else _("no")
    if isinstance(fact, int):
        return amount(fact, currency) if field in AMOUNTS else str(fact)
    return _word(field, str(fact))


def _word(field: str, fact: str) -> str:
    if field in COUNTRIES:
        return country_name(fact, language())
    if field == "project.sector" and fact in Sector.values:
        return str(Sector(fact).label)
    if field == "project.kind" and fact in Project.Kind.values:
        return str(Project.Kind(fact).label)
    return isolated(fact)
