"""Owners to be paid, and payouts as far as a test needs them; the clock starts at NOON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import requests

from payments.gateway.payouts import BankDetails
from payments.ledger import selectors as books
from payments.ledger import services as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry
from payments.money import Money
from payments.payouts import services
from payments.payouts.models import Method, Payout, PayoutAccount
from tests.make import ledger as make_ledger

if TYPE_CHECKING:
    from uuid import UUID

    from requests._types import JsonType

    from payments.ledger.entries import State
    from payments.sandbox.server import Running

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FREE = NOON + timedelta(hours=72)  # From when on details given at NOON may be paid to.
OWNER, CAMPAIGN = "owner:kitui", "campaign:dryers"
IBAN = "DE89370400440532013000"
CLOSED = "DE62370400440532013001"  # The provider's test number of an account there is not.
KEY = {"Authorization": "Bearer sk_test_of_the_tests"}

_serial = count(1)


def bank_account(
    *, number: str = IBAN, now: datetime = NOON, currency: str = "EUR", owner_ref: str = OWNER
) -> PayoutAccount:
    """Return an account that is paid by a bank file."""
    account = services.begin_onboarding(
        owner_ref=owner_ref,
        contacts=["owner@example.org"],
        country="DE",
        currency=currency,
        method=Method.BANK_FILE,
        now=now,
    )
    services.give_details(
        account_id=account.pk, details=BankDetails("Kitui Dryers", number), by="clerk", now=now
    )
    return PayoutAccount.objects.get(pk=account.pk)


def onboarding_page(*, now: datetime = NOON, owner_ref: str = OWNER) -> tuple[PayoutAccount, str]:
    """Return an account at the provider and the page on which its owner gives details."""
    account = services.begin_onboarding(
        owner_ref=owner_ref, contacts=["owner@example.org"], country="DE", now=now
    )
    url = services.open_onboarding(
        account_id=account.pk,
        now=now,
        return_url="http://testserver/back/",
        refresh_url="http://testserver/again/",
    )
    return PayoutAccount.objects.get(pk=account.pk), url


def give_details(url: str, *, number: str = IBAN, action: str = "complete") -> requests.Response:
    """Fill in the provider's page as an owner does."""
    return requests.post(
        url,
        data={
            "business_name": "Kitui Dryers Ltd",
            "account_holder": "Kitui Dryers",
            "account_number": number,
            "country": "DE",
            "action": action,
        },
        allow_redirects=False,
        timeout=10,
    )


def stripe_account(
    *, number: str = IBAN, now: datetime = NOON, owner_ref: str = OWNER
) -> PayoutAccount:
    """Return an account whose owner has filled in the provider's page."""
    account, url = onboarding_page(now=now, owner_ref=owner_ref)
    assert give_details(url, number=number).status_code == 303
    services.look_at_account(object_key=account.provider_key, now=now)
    return PayoutAccount.objects.get(pk=account.pk)


def escrow(*, minor: int = 1_000_00, campaign: str = CAMPAIGN, currency: str = "EUR") -> AccountKey:
    """Put money into the escrow of a campaign."""
    key = AccountKey(AccountKind.ESCROW, campaign, currency)
    source = AccountKey(AccountKind.SUSPENSE, "gifts", currency)
    serial = next(_serial)
    ledger.post(
        [
            ledger.Entry(
                kind="contribution",
                reference=campaign,
                idempotency_key=f"gift-{serial}",
                occurred_at=NOON,
                postings=(ledger.Posting(source, minor), ledger.Posting(key, -minor)),
            )
        ]
    )
    return key


def owes(account: PayoutAccount, *, minor: int, state: State = "posted", key: str = "") -> None:
    """Let an owner owe something, as after a refund of what was paid out."""
    debit = make_ledger.account(AccountKind.PAYABLE, account.owner_ref, account.currency)
    credit = make_ledger.account(AccountKind.SUSPENSE, "refunds", account.currency)
    entry = make_ledger.entry(
        debit=debit, credit=credit, minor=minor, kind="refund_held", state=state, key=key
    )
    ledger.post([entry])


def is_gone(held: str) -> None:
    """Let what was held back under a key be gone, as after a dispute that was lost."""
    gone = Entry(
        kind="refund_held",
        reference="ref-1",
        idempotency_key=f"{held}:post",
        occurred_at=NOON,
        finishes=held,
    )
    ledger.post([gone])


def requested(
    *, minor: int = 600_00, reference: str = "", now: datetime = NOON, second_above: int = 5_000_00
) -> Payout:
    return services.request_payout(
        owner_ref=OWNER,
        source_ref=CAMPAIGN,
        amount=Money(minor, "EUR"),
        reference=reference or f"stage-{next(_serial)}",
        requested_by="asha",
        now=now,
        second_above=Money(second_above, "EUR"),
    )


def approved(*, minor: int = 600_00, reference: str = "", now: datetime = NOON) -> Payout:
    payout = requested(minor=minor, reference=reference, now=now)
    return services.approve(payout_id=payout.pk, by="otieno", now=now)


def top_up(sandbox: Running, *, minor: int = 10_000_00) -> None:
    """Put money into our balance at the provider."""
    control(sandbox, "topups", {"amount": minor, "currency": "eur"})


def control(sandbox: Running, name: str, body: dict[str, JsonType]) -> dict[str, object]:
    """Ask the sandbox for what only happens at the real provider by itself."""
    answer = requests.post(f"{sandbox.url}/_sandbox/{name}", json=body, headers=KEY, timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def again(payout: Payout | UUID) -> Payout:
    """Return a payout as the database has it now."""
    key = payout.pk if isinstance(payout, Payout) else payout
    return Payout.objects.select_related("account").get(pk=key)


def total(kind: str, owner_ref: str, currency: str = "EUR") -> int:
    """Return what is posted on an account; debits are positive."""
    balance = books.balance(AccountKey(kind, owner_ref, currency))
    return balance.debits_posted - balance.credits_posted


def left(campaign: str = CAMPAIGN) -> int:
    return books.left(AccountKey(AccountKind.ESCROW, campaign, "EUR")).minor
