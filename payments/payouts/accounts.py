"""Where owners are paid: opened, filled in by them, looked at, and held for a while when new.

Whatever changes about payout details, however it comes about, goes through `_changed`: the 72 hours
begin anew, what was approved for the old details stops, and every contact there ever was is told.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import events, gateway, queue
from payments.gateway import bank_file
from payments.gateway.payouts import AccountRequest, BankDetails
from payments.payouts import freezing
from payments.payouts.events import PayoutDetailsChanged
from payments.payouts.models import DetailsChange, Method, PayoutAccount
from payments.payouts.moves import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.gateway.payouts import Payee

HOLD = timedelta(hours=72)
KEY_LIFE = timedelta(hours=24)  # So long the provider knows a key.
LOOK_AGAIN = timedelta(hours=1)
CLOCKS_APART = timedelta(minutes=5)
BATCH = 200


class AccountRefused(Exception):
    """An account that cannot be opened or changed like this. The message is fit to be shown."""


@transaction.atomic
def begin_onboarding(  # noqa: PLR0913  Who is paid, where and how: all of it is the caller's.
    *,
    owner_ref: str,
    contacts: Sequence[str],
    country: str,
    now: datetime,
    currency: str = "EUR",
    method: str = Method.STRIPE,
) -> PayoutAccount:
    """Write down where an owner will be paid; a repeat returns the account and adds contacts.

    Raises:
        AccountRefused: Nobody to tell of changes, or the owner is paid by another method.
    """
    if not contacts:
        raise AccountRefused(_("Somebody must be told when payout details change."))
    asked = PayoutAccount(
        owner_ref=owner_ref,
        method=method,
        country=country,
        currency=currency,
        contacts=sorted(set(contacts)),
        created_at=now,
    )
    if method == Method.BANK_FILE:  # There is nobody to ask.
        asked.state, asked.provider_key = PayoutAccount.State.OPEN, f"bank-{asked.pk}"
    PayoutAccount.objects.bulk_create([asked], ignore_conflicts=True)
    account = PayoutAccount.objects.select_for_update().get(owner_ref=owner_ref, currency=currency)
    if account.method != method:
        raise AccountRefused(_("This owner is paid in another way already."))
    account.contacts = sorted({*account.contacts, *contacts})
    account.save(update_fields=["contacts"])
    return account


def open_onboarding(*, account_id: UUID, now: datetime, return_url: str, refresh_url: str) -> str:
    """Return the provider's page on which the owner gives details; outside any transaction.

    Raises:
        AccountRefused: The details of this account are not kept by a provider.
        ProviderUnavailable: No answer. Nothing was changed; try again.
    """
    account = _intend(account_id, now)
    if account.state == PayoutAccount.State.CREATED:
        account = _opened(account, now)
    page = gateway.onboarding().onboarding_page(
        account.provider_key, return_url=return_url, refresh_url=refresh_url
    )
    return page.url or ""


@transaction.atomic
def give_details(
    *, account_id: UUID, details: BankDetails, by: str, now: datetime
) -> PayoutAccount:
    """Take in the details of an account for bank files, as a person typed them.

    Raises:
        AccountRefused: They cannot be right, or a provider keeps those of this account.
    """
    account = PayoutAccount.objects.select_for_update().get(pk=account_id)
    if account.method != Method.BANK_FILE:
        raise AccountRefused(_("These details are given on the provider's page."))
    tidy = BankDetails(details.holder.strip(), details.number.replace(" ", "").upper())
    if not bank_file.is_valid(tidy):
        raise AccountRefused(_("This account number is not valid. Check the digits."))
    account.holder, account.number = tidy.holder, tidy.number
    payee = gateway.payouts(account.method).fetch_payee(account.provider_key, tidy)
    _take_in(account, payee, actor=by, now=now)
    return account


def look_at_account(*, object_key: str, now: datetime) -> bool:
    """Take in what the provider says of an account now; outside any transaction.

    Return whether it is one of ours.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    known = PayoutAccount.objects.filter(provider_key=object_key).first()
    if known is not None and known.method == Method.BANK_FILE:
        return True
    payee = gateway.onboarding().fetch_payee(object_key)
    account = known or _named(payee)
    if account is None:
        return False
    if account.state == PayoutAccount.State.CREATED:
        _store(account.pk, object_key, now)
    _take_in_locked(account.pk, payee, now)
    return True


@transaction.atomic
def look_at_accounts(*, now: datetime) -> int:
    """Queue a look at every account whose time has come; return how many."""
    accounts = (
        PayoutAccount.objects.filter(due_at__lte=now)
        .order_by("due_at", "id")
        .select_for_update(skip_locked=True)[:BATCH]
    )
    for account in accounts:
        account.due_at = now + LOOK_AGAIN
        account.save(update_fields=["due_at"])
        queue.wake_on_commit("payouts.look_at_account", account_id=str(account.pk))
    return len(accounts)


def ask_about_account(*, account_id: UUID, now: datetime) -> None:
    """Look at one account, also where the answer that named it was lost."""
    account = PayoutAccount.objects.get(pk=account_id)
    key = account.provider_key
    if not key and account.asked_at is not None:
        since = account.created_at - CLOCKS_APART
        key = gateway.onboarding().find_account(str(account.pk), since=since) or ""
    if key:
        look_at_account(object_key=key, now=now)


def free_at(account: PayoutAccount) -> datetime | None:
    """Return from when on the account may be paid; None while there are no details."""
    return account.details_changed_at + HOLD if account.details_changed_at else None


@transaction.atomic
def _intend(account_id: UUID, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(pk=account_id)
    if account.method != Method.STRIPE:
        raise AccountRefused(_("The details of this account are kept here."))
    if account.asked_at is None:
        account.asked_at = now
    account.due_at = now + CLOCKS_APART
    account.save(update_fields=["asked_at", "due_at"])
    return account


def _opened(account: PayoutAccount, now: datetime) -> PayoutAccount:
    """Make the account at the provider once: under the same key, or after asking for it."""
    provider = gateway.onboarding()
    born = account.asked_at or now
    key = None
    if now >= born + KEY_LIFE:
        key = provider.find_account(str(account.pk), since=account.created_at - CLOCKS_APART)
    if key is None:
        key = provider.open_account(
            AccountRequest(
                account_key=str(account.pk),
                idempotency_key=f"{account.pk}-account",
                country=account.country,
                currency=account.currency,
            )
        )
    return _store(account.pk, key, now)


@transaction.atomic
def _store(account_id: UUID, key: str, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(pk=account_id)
    if account.state == PayoutAccount.State.CREATED:
        account.provider_key, account.state = key, PayoutAccount.State.OPEN
        account.due_at = now + LOOK_AGAIN
        account.save(update_fields=["provider_key", "state", "due_at"])
    return account


def _named(payee: Payee) -> PayoutAccount | None:
    """Return the account of ours that one at the provider carries the key of."""
    try:
        key = UUID(payee.account_key)
    except ValueError:  # What is not a key of ours names no account.
        return None
    return PayoutAccount.objects.filter(
        pk=key, method=Method.STRIPE, state=PayoutAccount.State.CREATED, asked_at__isnull=False
    ).first()


@transaction.atomic
def _take_in_locked(account_id: UUID, payee: Payee, now: datetime) -> None:
    account = PayoutAccount.objects.select_for_update().get(pk=account_id)
    _take_in(account, payee, actor=PROVIDER, now=now)


def _take_in(account: PayoutAccount, payee: Payee, *, actor: str, now: datetime) -> None:
    """Store what is known of a locked account now, and act on details that are not as before."""
    is_new = payee.details_digest != account.details_digest
    account.payable = payee.is_payable and bool(payee.details_digest)
    account.requirements = list(payee.requirements)
    account.looked_at = now
    account.due_at = now + LOOK_AGAIN if account.method == Method.STRIPE else None
    if is_new:
        account.details_digest = payee.details_digest
        account.details_label = payee.details_label[:100]
        account.details_changed_at = now
    account.save()
    if is_new:
        _changed(account, actor=actor, now=now)


def _changed(account: PayoutAccount, *, actor: str, now: datetime) -> None:
    """Stop what was approved for the old details, and tell everybody."""
    DetailsChange.objects.create(
        account=account,
        details_digest=account.details_digest,
        details_label=account.details_label,
        actor=actor,
        told=account.contacts,
        at=now,
    )
    freezing.freeze(account, now=now)
    events.publish(
        PayoutDetailsChanged(
            account_id=str(account.pk),
            owner_ref=account.owner_ref,
            contacts_json=json.dumps(account.contacts),
            details_label=account.details_label,
            free_at=(now + HOLD).isoformat(),
        )
    )
