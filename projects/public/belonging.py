"""Which gifts a browser has begun, kept in a signed cookie and nowhere else.

The address of a gift may be passed on; who gives is shown only where it was typed. And a browser
that begins anew gives back what its earlier beginnings hold, so that looking at several amounts
does not keep the match from others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from projects.funding import services
from projects.funding.models import Contribution

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

COOKIE = "gifts"
ONE_DAY_SECONDS = 86_400
MOST = 10


def is_theirs(request: HttpRequest, contribution: Contribution) -> bool:
    """Tell whether this browser began the gift."""
    return contribution.public_key in _keys(request)


def remember(request: HttpRequest, response: HttpResponse, contribution: Contribution) -> None:
    """Keep in the answer that this browser began the gift."""
    others = [key for key in _keys(request) if key != contribution.public_key]
    kept = [contribution.public_key, *others][:MOST]
    response.set_signed_cookie(
        COOKIE,
        ".".join(key.hex for key in kept),
        max_age=ONE_DAY_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def set_aside_others(request: HttpRequest, contribution: Contribution, *, now: datetime) -> None:
    """Give back the match of this browser's other beginnings for the same campaign."""
    others = Contribution.objects.filter(
        public_key__in=_keys(request),
        campaign_id=contribution.campaign_id,
        state=Contribution.State.DRAFT,
    ).exclude(pk=contribution.pk)
    for other in others.order_by("pk"):
        services.set_match_aside(contribution_id=other.pk, now=now)


def _keys(request: HttpRequest) -> list[UUID]:
    kept = request.get_signed_cookie(COOKIE, default="", max_age=ONE_DAY_SECONDS) or ""
    return [UUID(key) for key in kept.split(".") if key]
