"""Books with something on every page of the console, and the people who come to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from payments import settlement
from payments.ledger.models import Account
from payments.money import Money
from payments.webhooks.models import InboxEvent
from tests.make import accounts
from tests.make import payouts as make_payouts
from tests.make import reconciliation as make_reconciliation
from tests.make.payments import NOON
from tests.payments.settlement.charges import LATER, opened, paid

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.test import Client

    from marketplace.accounts.models import User
    from payments.models import Payment
    from payments.payouts.models import Payout
    from payments.reconciliation.models import QueuedException

VIEW, WORK, APPROVE = "view_books", "work_exceptions", "approve_payouts"


@dataclass(frozen=True, slots=True)
class World:
    """One of each: a payment that differs, its event, an exception, a payout, an account."""

    payment: Payment
    event: InboxEvent
    exception: QueuedException
    payout: Payout
    account: Account


def staff(*codenames: str, name: str = "Frida Finanz") -> User:
    """Return one of the staff with these permissions and nothing else."""
    person = accounts.user(name=name)
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return type(person).objects.get(pk=person.pk)


def viewer() -> User:
    return staff(VIEW)


def worker(*, name: str = "Wanda Werk") -> User:
    return staff(VIEW, WORK, APPROVE, name=name)


def differing(*, reference: str = "gift-1", key: str = "ch_1", minor: int = 99_99) -> Payment:
    """Return a payment to which less money came than was asked for."""
    payment = opened(reference=reference)
    charge = paid(payment, key=key, amount=Money(minor, "EUR"))
    settlement.settle(payment_id=payment.pk, charge=charge, now=LATER)
    payment.refresh_from_db()
    return payment


def event(*, key: str = "evt_1", **more: object) -> InboxEvent:
    """Return an event that was given up."""
    given: dict[str, object] = {
        "event_key": key,
        "kind": "charge.succeeded",
        "object_key": "ch_1",
        "body": b'{"id": "evt_1"}',
        "digest": "0" * 64,
        "state": InboxEvent.State.DEAD,
        "attempts": 30,
        "last_error": "No answer.",
        "received_at": NOON,
        "due_at": NOON,
        "worked_at": NOON,
    }
    return InboxEvent.objects.create(**given | more)


def world() -> World:
    payment = differing()
    make_payouts.bank_account()
    make_payouts.escrow()
    make_reconciliation.run()
    return World(
        payment=payment,
        event=event(payment_key=str(payment.pk)),
        exception=make_reconciliation.exception(),
        payout=make_payouts.requested(),
        account=Account.objects.get(kind="provider_clearing"),
    )


def pages(here: World) -> dict[str, str]:
    """Return the address of every page that is read, by name."""
    lists = ("home", "payments", "inbox", "exceptions", "payouts", "trial_balance", "accounts")
    files = ("payments", "inbox", "exceptions", "payouts", "accounts")
    return {
        **{name: reverse(f"finance:{name}") for name in lists},
        **{f"{name}_csv": reverse(f"finance:{name}_csv") for name in files},
        "payment": reverse("finance:payment", args=[here.payment.pk]),
        "event": reverse("finance:event", args=[here.event.pk]),
        "exception": reverse("finance:exception", args=[here.exception.pk]),
        "payout": reverse("finance:payout", args=[here.payout.pk]),
        "statement": reverse("finance:statement", args=[here.account.pk]),
        "statement_csv": reverse("finance:statement_csv", args=[here.account.pk]),
    }


def form_pages(here: World) -> dict[str, str]:
    """Return the address of every page on which something is done after a question."""
    return {
        "refund": reverse("finance:refund", args=[here.payment.pk]),
        "close": reverse("finance:close", args=[here.exception.pk]),
        **{
            name: reverse("finance:act", args=[here.payout.pk, name])
            for name in ("approve", "hold", "cancel")
        },
    }


def buttons(here: World) -> dict[str, str]:
    """Return the address of everything that is done by one button."""
    return {
        "replay": reverse("finance:replay", args=[here.event.pk]),
        "take": reverse("finance:take", args=[here.exception.pk]),
    }


def read(client: Client, address: str) -> str:
    """Return a page that must be there."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return body(response)


def body(response: HttpResponseBase) -> str:
    assert isinstance(response, StreamingHttpResponse | HttpResponse)
    parts = response if isinstance(response, StreamingHttpResponse) else [response.content]
    return b"".join(parts).decode()
