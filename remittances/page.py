"""What the comparison's pages show, put together from the answers of the room."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches

from remittances import (
    addresses,
    comparison,
    facets,
    payout,
    pricing,
    result,
    selectors,
    structured,
    words,
)
from remittances.comparison import Asked
from remittances.forms import CompareForm
from remittances.history import shown as shown_history
from remittances.rates.selectors import reference
from remittances.result import Link

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import QueryDict

    from remittances.comparison import Survey
    from remittances.countries import CountryFacts
    from remittances.models import Country
    from remittances.rates.references import Reference
    from remittances.selectors import Choices

RATE_PLACES = 6
HIDDEN = ("pay_in", "speed", "firm", "sort")
_CHOICES_SECONDS = 3600


def corridor(
    origin: CountryFacts,
    destination: CountryFacts,
    query: QueryDict,
    *,
    now: datetime,
    stamp: str,
) -> dict[str, Any]:
    """Return the context of a corridor's page; `stamp` names the present state of all prices."""
    survey = selectors.survey(origin, destination, currency=None)
    paid_out = _paid_out(survey)
    form = _form(survey, query, paid_out, _choices(stamp))
    form.answer_in_place(addresses.corridor(survey.origin, survey.destination))
    middle = _middle(survey, paid_out, now)
    answered = None
    if form.is_valid() and survey.services and (amount := _amount(form)):
        asked = Asked(amount=amount, arrives=form.arrives, filters=facets.asked(query))
        answer = comparison.answer(survey, asked, now=now)
        answered = result.shown(answer, query, reference=middle)
    share = settings.SITE_URL + addresses.corridor(survey.origin, survey.destination)
    kept = addresses.kept_query(query)
    return {
        "form": form,
        "told": structured.told(survey, answered, middle),
        "share": f"{share}?{kept}" if kept else share,
        "share_day": words.day(answered.day) if answered else "",
        "here": addresses.corridor(survey.origin, survey.destination),
        "back": Link(
            words.corridor(survey.destination, survey.origin),
            addresses.corridor(survey.destination, survey.origin),
        ),
        "origin": words.country_name(survey.origin),
        "destination": words.country_name(survey.destination),
        "origin_code": survey.origin.iso3,
        "destination_code": survey.destination.iso3,
        "survey": survey,
        "quarter": words.quarter(survey.period) if survey.period else "",
        "amount": _amount(form) if form.is_valid() else None,  # As it was understood.
        "arrives": form.arrives,
        "result": answered,
        "middle": middle,
        "middle_source": words.known(words.SOURCES, middle.source) if middle else "",
        "middle_rate": pricing.rounded(middle.rate, RATE_PLACES) if middle else None,
        "other_way": _other_way(form, survey, query),
        "hidden": [(name, form.data[name]) for name in HIDDEN if form.data.get(name)],
        "history": shown_history(selectors.history(origin.iso3, destination.iso3)),
        "others": [] if survey.services else _others(origin.iso3),
    }


def entrance(choices: Choices, priced: list[tuple[Country, Country]]) -> dict[str, Any]:
    """Return the context of the first page: where prices of each service are known."""
    sending = [words.country_name(country) for country in choices.send_priced]
    links = [
        Link(words.corridor(one, other), addresses.corridor(one, other)) for one, other in priced
    ]
    return {"sending": words.listed(sending), "corridors": links}


def _amount(form: CompareForm) -> Any:  # noqa: ANN401  Money, which a form's data cannot say.
    return form.cleaned_data.get(form.amount_name)


def _choices(stamp: str) -> Choices:
    """Return the countries to choose from, which change only when prices are added."""
    kept = caches["pages"]
    found: Choices | None = kept.get(f"choices|{stamp}")
    if found is None:
        found = selectors.choices()
        kept.set(f"choices|{stamp}", found, _CHOICES_SECONDS)
    return found


def _form(survey: Survey, query: QueryDict, paid_out: list[str], choices: Choices) -> CompareForm:
    """Return the form as it was asked; without an amount, for the first surveyed one."""
    asked = query.copy()
    asked["from"], asked["to"] = survey.origin.iso3.lower(), survey.destination.iso3.lower()
    if survey.amounts and not any(name in asked for name in addresses.AMOUNTS):
        asked["amount"] = addresses.typed(survey.amounts[0])
    known = choices.including(survey.origin, survey.destination)
    currencies = [survey.currency, *paid_out] if survey.currency else []
    return CompareForm(asked, choices=known, currencies=currencies)


def _paid_out(survey: Survey) -> list[str]:
    """Return the currencies that services plainly pay out, the most usual first."""
    implied = (
        payout.implied_currency(
            sent=service.currency,
            local=survey.destination.currency,
            reference_rate=Fraction(service.reference_rate),
        )
        for service in survey.services
        if service.transparent and service.reference_rate is not None
    )
    local = survey.destination.currency
    counted = Counter(code for code in implied if code)
    return sorted(counted, key=lambda code: (code != local, -counted[code], code))


def _middle(survey: Survey, paid_out: list[str], now: datetime) -> Reference | None:
    """Return the rate between banks of the corridor's two currencies, from whoever tells it."""
    quote = next(iter(paid_out), survey.destination.currency)
    if not survey.currency or not quote or quote == survey.currency:
        return None
    return reference(survey.currency, quote, today=now.date())


def _other_way(form: CompareForm, survey: Survey, query: QueryDict) -> str:
    """Return the address that asks the other way round: of what arrives, or of what is sent."""
    typed = addresses.typed(survey.amounts[0]) if survey.amounts else ""
    if form.arrives:
        return addresses.changed(
            query, amount=typed, receive_amount=None, receive_currency=None, sort=None
        )
    return addresses.changed(query, receive_amount=typed, amount=None, sort=None)


def _others(origin: str) -> list[Link]:
    """Return the corridors from a country for which prices of each service are known."""
    return [
        Link(words.country_name(other), addresses.corridor(one, other))
        for one, other in selectors.priced_corridors()
        if one.iso3 == origin
    ]
