"""The books: trial balance, accounts, statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.console import books as shown
from payments.console import tables
from payments.console.access import books
from payments.console.answers import sheet
from payments.console.filters import beginning, end
from payments.console.forms import AccountsForm, DaysForm, MomentForm, understood
from payments.console.lists import paged, query
from payments.ledger import selectors as ledger
from payments.ledger.models import Account

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from payments.ledger.models import Posting
    from payments.money import Money


@require_safe
@books
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show what was posted by currency and kind of account, now or as of a moment."""
    form = MomentForm(request.GET)
    asked = understood(form)
    found = ledger.trial_balance(currency=asked.get("currency") or None, as_of=asked.get("as_of"))
    context = {
        "form": form,
        "currencies": shown.currencies(found),
        "as_of": asked.get("as_of"),
        "now": timezone.now(),
        "query": query(request.GET),
    }
    return render(request, "console/trial_balance.html", context)


@require_safe
@books
def accounts(request: HttpRequest) -> HttpResponse:
    """List accounts with what was posted to them."""
    form = AccountsForm(request.GET)
    found = paged(form, _lines(form), request.GET)
    lines = list(found.page.object_list)
    ids = shown.ids(lines)
    rows = [(line, ids[line.kind, line.owner_ref, line.debits.currency]) for line in lines]
    return render(request, "console/accounts.html", {"listing": found, "rows": rows})


@require_safe
@books
def accounts_table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as a file."""
    form = AccountsForm(request.GET)
    return sheet("accounts", tables.ACCOUNTS, tables.accounts(_lines(form)), asked=form)


@require_safe
@books
def statement(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the postings of an account with the balance after each, oldest first."""
    account = get_object_or_404(Account, pk=account_id)
    form = DaysForm(request.GET)
    opening, postings = _statement(account, form)
    found = paged(form, postings, request.GET)
    rows = [(one, opening + tables.running(one)) for one in found.page.object_list]
    context = {"account": account, "listing": found, "rows": rows, "opening": opening}
    return render(request, "console/statement.html", context)


@require_safe
@books
def statement_table(request: HttpRequest, account_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """Give the same statement as a file."""
    account = get_object_or_404(Account, pk=account_id)
    form = DaysForm(request.GET)
    opening, postings = _statement(account, form)
    rows = tables.statement(opening, postings)
    return sheet("statement", tables.STATEMENT, rows, asked=form)


def _lines(form: AccountsForm) -> list[shown.Line]:
    asked = understood(form)
    return shown.accounts(
        as_of=asked.get("as_of"),
        currency=asked.get("currency", ""),
        kind=asked.get("kind", ""),
        owner=asked.get("q", ""),
    )


def _statement(account: Account, form: DaysForm) -> tuple[Money, QuerySet[Posting]]:
    asked = understood(form)
    since, until = asked.get("since"), asked.get("until")
    return shown.statement(
        account.key, since=since and beginning(since), until=until and end(until)
    )
