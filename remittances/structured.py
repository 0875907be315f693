"""What a corridor's page tells machines that read pages, in the words of schema.org."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from remittances import pricing
from remittances.datasets.rows import ATTRIBUTION

if TYPE_CHECKING:
    from remittances.comparison import Survey
    from remittances.rates.references import Reference
    from remittances.result import Result

QUOTES, HISTORY = "/api/v1/remittances/quotes", "/api/v1/remittances/history"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_MOST_SERVICES = 10
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def told(survey: Survey, result: Result | None, middle: Reference | None) -> SafeString:
    """Return the page's facts as JSON that cannot end the script element it stands in."""
    facts: list[dict[str, Any]] = []
    if result:
        facts.append(_dataset(survey, result))
        facts.append(_order(result))
    if middle:
        facts.append(_rate(middle))
    text = json.dumps({"@context": "https://schema.org", "@graph": facts}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308  No sign of HTML is left in it.


def quotes_address(survey: Survey, amount: str, form: str) -> str:
    """Return where the same prices are to be had as JSON or CSV, the question in the address."""
    asked = {"from": survey.origin.iso3, "to": survey.destination.iso3}
    return f"{QUOTES}?{urlencode({**asked, 'amount': amount, 'format': form})}"


def history_address(survey: Survey, form: str) -> str:
    """Return where the averages of every quarter are to be had."""
    asked = {"from": survey.origin.iso3, "to": survey.destination.iso3, "format": form}
    return f"{HISTORY}?{urlencode(asked)}"


def _dataset(survey: Survey, result: Result) -> dict[str, Any]:
    names = f"{survey.origin.name} to {survey.destination.name}"
    amount = f"{result.amount.decimal.normalize():f}"
    forms = {} if result.arrives else {"json": "application/json", "csv": "text/csv"}
    return {
        "@type": "Dataset",
        "name": f"Prices of sending money, {names}",
        "description": ATTRIBUTION,
        "license": LICENCE,
        "isBasedOn": "http://remittanceprices.worldbank.org",
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media,
                "contentUrl": settings.SITE_URL + quotes_address(survey, amount, form),
            }
            for form, media in forms.items()
        ],
    }


def _order(result: Result) -> dict[str, Any]:
    ranked = sorted(result.ranked, key=lambda line: line.quote.rank or 0)
    return {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": line.quote.rank,
                "item": {
                    "@type": "FinancialService",
                    "name": line.quote.provider,
                    "url": settings.SITE_URL
                    + reverse("remittances:provider", args=(line.quote.firm.slug,)),
                },
            }
            for line in ranked[:_MOST_SERVICES]
        ],
    }


def _rate(middle: Reference) -> dict[str, Any]:
    return {
        "@type": "ExchangeRateSpecification",
        "currency": middle.base,
        "currentExchangeRate": {
            "@type": "UnitPriceSpecification",
            "price": pricing.text(middle.rate),
            "priceCurrency": middle.quote,
            "validFrom": middle.on.isoformat(),
        },
    }
