"""The hosted pages as HTML. Every value is escaped here, once."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from payments.sandbox import wire
from payments.sandbox.words import DIRECTIONS, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.wire import Answer

_FOLDER = Path(__file__).parent / "pages"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
)
_KEYBOARDS = {"number": "numeric", "expiry": "text", "cvc": "numeric"}
_SHOWN_CARDS = {
    "4242 4242 4242 4242": "card_succeeds",
    "4000 0000 0000 0002": "card_declined_row",
    "4000 0000 0000 9995": "card_no_funds",
    "4000 0025 0000 3155": "card_authenticates",
    "4000 0000 0000 1000": "card_processes",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a payment page shows. `problems` holds a code for each field that is wrong."""

    payee: str
    amount: str  # Blank on a page that saves a card and takes nothing.
    what: str
    action: str
    cancellable: bool
    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def pay(ask: Ask, *, language: str, status: int = 200) -> Answer:
    """Return the page with the card's fields."""
    words = WORDS[language]
    cancel = f'<button name="action" value="cancel">{words["cancel"]}</button>'
    content = template("pay.html").substitute(
        payee=escape(ask.payee),
        amount=_amount(ask.amount) or f'<p class="what">{words["save_text"]}</p>',
        what=escape(ask.what),
        action=escape(ask.action),
        fields="".join(_field(name, ask, words) for name in _KEYBOARDS).rstrip("\n"),
        cancel=cancel if ask.cancellable else "",
        cards="\n".join(
            f'<li><bdi dir="ltr">{number}</bdi> {words[code]}</li>'
            for number, code in _SHOWN_CARDS.items()
        ),
        pay=words["pay" if ask.amount else "save"],
        **{name: words[name] for name in ("close", "test_cards")},
    )
    title = words["title" if ask.amount else "save_title"]
    return page(content, title=title.format(payee=ask.payee), language=language, status=status)


def approve(*, payee: str, amount: str, action: str, language: str) -> Answer:
    """Return the bank's page with Approve and Fail."""
    words = WORDS[language]
    explanation = words["approve_text" if amount else "approve_save_text"]
    content = template("approve.html").substitute(
        heading=words["approve_heading"],
        explanation=escape(explanation.format(payee=payee)),
        amount=_amount(amount),
        action=escape(action),
        approve=words["approve"],
        fail=words["fail"],
    )
    return page(content, title=words["approve_heading"], language=language, status=200)


def note(
    name: str, *, language: str, status: int = 200, link: tuple[str, str] | None = None
) -> Answer:
    """Return a page that says one thing; `link` is an address and the name of its word."""
    words = WORDS[language]
    anchor = ""
    if link:
        anchor = f'<a class="button" href="{escape(link[0])}">{words[link[1]]}</a>'
    content = template("note.html").substitute(
        heading=words[f"{name}_heading"], text=words[f"{name}_text"], link=anchor
    )
    return page(content, title=words[f"{name}_heading"], language=language, status=status)


def _amount(shown: str) -> str:
    return f'<p class="amount"><bdi dir="ltr">{escape(shown)}</bdi></p>' if shown else ""


def _field(name: str, ask: Ask, words: Mapping[str, str]) -> str:
    problem = ask.problems.get(name)
    return template("field.html").substitute(
        name=name,
        label=words[name],
        value=escape(ask.values.get(name, "")),
        keyboard=_KEYBOARDS[name],
        invalid="true" if problem else "false",
        hint=words[f"{name}_hint"],
        error=words.get(problem, words["card_declined"]) if problem else "",
    )


def page(content: str, *, title: str, language: str, status: int) -> Answer:
    html = template("base.html").substitute(
        language=language,
        direction=DIRECTIONS[language],
        title=escape(title),
        style=_STYLE,
        test_notice=WORDS[language]["test_notice"],
        content=content.rstrip("\n"),
    )
    answer = wire.page(status, html).adding(content_security_policy=_POLICY)
    return answer.adding(cache_control="no-store", referrer_policy="no-referrer")


def template(name: str) -> Template:
    return Template((_FOLDER / name).read_text(encoding="utf-8"))
