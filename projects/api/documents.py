"""Turning what the rooms say into the documents of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from payments.sheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ninja import Schema

    from payments.money import Money
    from projects.catalogue.models import Project
    from projects.funding.summaries import Summary
    from projects.matching.selectors import OpenProgramme, Pot
    from projects.matching.services import Quote

Document = dict[str, Any]
MONEY_FIELDS = ("goal", "raised", "contributed", "matched")


def project_document(summary: Summary) -> Document:
    """Return one project; a project without a campaign has no money fields."""
    project, campaign, totals = summary.project, summary.campaign, summary.totals
    money = {name: getattr(totals, name).document() if totals else None for name in MONEY_FIELDS}
    return {
        "slug": project.slug,
        "title": summary.text.title,
        "url": settings.SITE_URL + reverse("public:project", args=[project.slug]),
        "country": project.country,
        "sector": project.sector,
        "kind": campaign.kind if campaign else "donation",
        "status": summary.status.value,
        "currency": campaign.currency if campaign else project.currency,
        **money,
        "contributors": totals.contributors if totals else 0,
        "matched_now": bool(summary.preview and summary.preview.is_matched_now),
        "closes_on": timezone.localdate(campaign.closes_at) if campaign else None,
        "vetted_on": summary.badge.decided_on if summary.badge else None,
    }


def programme_document(programme: OpenProgramme, pot: Pot) -> Document:
    """Return one programme with its rule in a sentence and what is left."""
    window = programme.rule.window
    return {
        "id": programme.id,
        "name": programme.name,
        "version": programme.version.number,
        "currency": programme.rule.currency,
        "pot": pot.funded.document(),
        "left": pot.left.document(),
        "opens_at": window.opens_at,
        "closes_at": window.closes_at,
        "rule": programme.sentence,
    }


def quote_document(project: Project, amount: Money, quote: Quote) -> Document:
    """Return what would be matched, by which programme, and why."""
    return {
        "project": project.slug,
        "amount": amount.document(),
        "match": quote.match.document(),
        "total": (amount + quote.match).document(),
        "programmes": [
            {
                "id": line.programme_id,
                "name": line.programme_name,
                "match": line.match.document(),
                "reason": line.reason,
                "why": line.why,
            }
            for line in quote.lines
        ],
        "valid_until": quote.valid_until,
    }


def as_csv(documents: Iterable[Document], shape: type[Schema]) -> str:
    """Return documents of one shape as CSV, amounts in major units."""
    rows = ({name: _cell(value) for name, value in document.items()} for document in documents)
    return csv_text(list(shape.model_fields), rows)


def _cell(value: Any) -> Any:  # noqa: ANN401  A value of a document.
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")  # As in the JSON.
    return value["amount"] if isinstance(value, dict) else value
