"""The hosted page on which an owner says which bank account is to be paid."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from payments.sandbox import account_banks, account_links, accounts, rendering, wire
from payments.sandbox import words as dictionary
from payments.sandbox.account_banks import BankDetails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.store import Record
    from payments.sandbox.wire import Answer
    from payments.sandbox.world import World

FIELDS = ("business_name", "account_holder", "account_number", "country")
_LONGEST = 100
_COUNTRY = re.compile(r"[A-Z]{2}")


def show(world: World, identifier: str, accepted: str) -> Answer:
    """Show the page, with what is known already and never the number of the account."""
    link, account = _linked(world, identifier)
    if account_links.is_over(world, link):
        return wire.redirect(link.notes["refresh_url"])
    banks = account.document["external_accounts"]["data"]
    known = {
        "business_name": account.document["business_profile"]["name"] or "",
        "account_holder": (banks[0]["account_holder_name"] or "") if banks else "",
        "country": account.document["country"],
    }
    return _page(world, link, known, {}, accepted)


def act(world: World, identifier: str, fields: Mapping[str, str], accepted: str) -> Answer:
    """Take in what was typed and lead back, or say what is wrong with it."""
    link, account = _linked(world, identifier)
    if account_links.is_over(world, link):
        return wire.redirect(link.notes["refresh_url"])
    if fields.get("action") != "complete":
        return wire.redirect(link.notes["return_url"])
    given = {name: fields.get(name, "").strip() for name in FIELDS}
    given["country"] = given["country"].upper()
    given["account_number"] = given["account_number"].replace(" ", "").upper()
    problems = _problems(given)
    if problems:
        return _page(world, link, given, problems, accepted, status=422)
    bank = BankDetails(
        holder=given["account_holder"],
        number=given["account_number"],
        country=given["country"],
        currency=account.document["default_currency"],
    )
    accounts.complete(world, account, business=given["business_name"], bank=bank)
    link.notes["done"] = True
    world.store.save(link)
    return wire.redirect(link.notes["return_url"])


def _linked(world: World, identifier: str) -> tuple[Record, Record]:
    """Return a link and its account.

    Raises:
        NotFound: there is no such link.
    """
    link = world.store.get(account_links.KIND, identifier)
    return link, world.store.get(accounts.KIND, link.notes["account"])


def _problems(given: Mapping[str, str]) -> dict[str, str]:
    problems = {name: "incomplete_field" for name in FIELDS if not 0 < len(given[name]) <= _LONGEST}
    if "account_number" not in problems and not account_banks.is_valid(given["account_number"]):
        problems["account_number"] = "invalid_account_number"
    if "country" not in problems and not _COUNTRY.fullmatch(given["country"]):
        problems["country"] = "invalid_country"
    return problems


def _page(  # noqa: PLR0913  What a form shows.
    world: World,
    link: Record,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    accepted: str,
    *,
    status: int = 200,
) -> Answer:
    language = dictionary.language(None, accepted)
    words = dictionary.WORDS[language]
    content = rendering.template("onboarding.html").substitute(
        heading=words["onboard_heading"],
        explanation=escape(words["onboard_text"].format(payee=world.payee)),
        action=escape(account_links.address(world, link.id)),
        fields="".join(_field(name, values, problems, words) for name in FIELDS).rstrip("\n"),
        complete=words["complete"],
        leave=words["leave"],
    )
    return rendering.page(content, title=words["onboard_heading"], language=language, status=status)


def _field(
    name: str, values: Mapping[str, str], problems: Mapping[str, str], words: Mapping[str, str]
) -> str:
    problem = problems.get(name)
    return rendering.template("field.html").substitute(
        name=name,
        label=words[name],
        value=escape(values.get(name, "")),
        keyboard="text",
        invalid="true" if problem else "false",
        hint=words[f"{name}_hint"],
        error=words[problem] if problem else "",
    )
