"""Asking what arrives, and the document of the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from remittances import documents, selectors
from remittances.questions import Question

if TYPE_CHECKING:
    from remittances.comparison import Comparison


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ask(
    corridor: str, amount: str, *, receive: str | None = None, currency: str | None = None
) -> Comparison:
    question = Question(
        origin=corridor[:3],
        destination=corridor[3:],
        amount=amount,
        currency=currency,
        receive=receive,
    )
    return selectors.answer(question, now=NOW)


def document(corridor: str, amount: str, **asked: str) -> dict[str, Any]:
    return documents.comparison(ask(corridor, amount, **asked))
