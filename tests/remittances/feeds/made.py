"""Answers of feeds made up for one question, and feeds that ask a server of this machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from remittances.models import Feed

if TYPE_CHECKING:
    from remittances.models import Provider

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

QUOTE = {
    "provider": "Kestrel Pay",
    "from": "DEU",
    "to": "KEN",
    "send_amount": "200.00",
    "currency": "EUR",
    "fee": "1.99",
    "rate": "148.20",
    "payout_currency": "KES",
    "pay_in": "Bank account transfer",
    "pay_out": "Mobile wallet",
    "speed": "Less than one hour",
    "collected_at": "2026-11-24T11:30:00Z",
    "promotion": False,
}


def quote(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  Whatever a provider may send.
    renamed = {"origin": "from", "destination": "to"}
    return QUOTE | {renamed.get(name, name): value for name, value in changes.items()}


def answer(*quotes: dict[str, Any]) -> bytes:
    return json.dumps({"format": "weft-quotes/1", "quotes": [*(quotes or [quote()])]}).encode()


def feed(url: str, *, slug: str = "kestrel", **more: Any) -> Feed:  # noqa: ANN401
    provider: Provider | None = more.pop("provider", None)
    return Feed.objects.create(
        slug=slug,
        name=f"{slug.title()} feed",
        provider=provider,
        url=url,
        licence="As agreed with the firm",
        is_on=True,
        next_at=NOW,
        **more,
    )
