"""The words of each message, written at the moment it is sent, in the language of its reader.

A subject names no amount, no recipient and no country: it is read over shoulders, and on the lock
screens of telephones that are not private.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from marketplace.notifications.models import Notification
from payments.disputes.models import Dispute
from payments.payouts import causes
from payments.payouts.models import Payout, PayoutAccount
from payments.refunds.models import Refund
from projects.funding.models import Contribution

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrPromise


def compose(notification: Notification) -> EmailMessage:
    """Return the message, addressed and written, down to the bytes that will be sent."""
    message = _COMPOSERS[Notification.Kind(notification.kind)](notification)
    message.message()  # What cannot be a header or an address is refused here.
    return message


def person_key(address: str) -> str:
    """Return what stands for somebody of whom we know an e-mail address and nothing else."""
    return hashlib.sha256(f"contact:{address.strip().lower()}".encode()).hexdigest()


def _receipt(notification: Notification) -> EmailMessage:
    contribution = _contribution(notification.subject_key)
    with translation.override(contribution.language):
        path = reverse("public:receipt", args=[contribution.public_key])
        body = render_to_string(
            "notifications/receipt.txt",
            {"contribution": contribution, "address": f"{settings.SITE_URL}{path}"},
        )
        return EmailMessage(
            subject=gettext("Your receipt from Weft"),
            body=body,
            to=[contribution.contributor.email],
        )


def _refund(notification: Notification) -> EmailMessage:
    return _of_refund(
        notification, "notifications/refund.txt", gettext_lazy("Money is on its way back to you")
    )


def _failed_refund(notification: Notification) -> EmailMessage:
    return _of_refund(
        notification,
        "notifications/refund_failed.txt",
        gettext_lazy("Money could not be sent back to you"),
    )


def _of_refund(notification: Notification, template: str, subject: StrPromise) -> EmailMessage:
    refund = Refund.objects.select_related("payment").get(pk=notification.subject_key)
    return _to_giver(
        _contribution(refund.payment.reference), template, subject, {"amount": refund.amount}
    )


def _opened_dispute(notification: Notification) -> EmailMessage:
    return _of_dispute(
        notification,
        "notifications/dispute_opened.txt",
        gettext_lazy("Your bank asks for your gift back"),
    )


def _ended_dispute(notification: Notification) -> EmailMessage:
    return _of_dispute(
        notification,
        "notifications/dispute_ended.txt",
        gettext_lazy("Your bank has decided about your gift"),
    )


def _of_dispute(notification: Notification, template: str, subject: StrPromise) -> EmailMessage:
    dispute = Dispute.objects.select_related("payment").get(pk=notification.subject_key)
    return _to_giver(
        _contribution(dispute.payment.reference), template, subject, {"dispute": dispute}
    )


def _to_giver(
    contribution: Contribution, template: str, subject: StrPromise, told: dict[str, object]
) -> EmailMessage:
    """Write to the giver of a contribution, in their language, with the way to the receipt."""
    with translation.override(contribution.language):
        path = reverse("public:receipt", args=[contribution.public_key])
        address = f"{settings.SITE_URL}{path}"
        body = render_to_string(
            template, {"contribution": contribution, "address": address, **told}
        )
        return EmailMessage(
            subject=str(subject),
            body=body,
            to=[contribution.contributor.email],
        )


def _paid_payout(notification: Notification) -> EmailMessage:
    return _of_payout(notification, gettext("A payout has arrived"))


def _failed_payout(notification: Notification) -> EmailMessage:
    return _of_payout(notification, gettext("A payout could not be made"))


def _returned_payout(notification: Notification) -> EmailMessage:
    return _of_payout(notification, gettext("A payout was sent back by the bank"))


def _of_payout(notification: Notification, subject: str) -> EmailMessage:
    """Write to one of the owner's contacts, known by their key."""
    payout = Payout.objects.select_related("account").get(pk=notification.subject_key)
    told = {person_key(contact): contact for contact in payout.account.contacts}
    cause = causes.sentence(payout.cause) if payout.cause else ""
    body = render_to_string(
        f"notifications/{notification.kind}.txt", {"payout": payout, "cause": cause}
    )
    return EmailMessage(subject=subject, body=body, to=[told[notification.person]])


def _payout_details(notification: Notification) -> EmailMessage:
    """Write to one of the contacts there were when the details changed, known by their key."""
    account = PayoutAccount.objects.get(pk=notification.subject_key)
    told = {person_key(contact): contact for contact in account.contacts}
    free_at = notification.event.split(":", 2)[2]
    body = render_to_string(
        "notifications/payout_details.txt",
        {"account": account, "free_at": datetime.fromisoformat(free_at)},
    )
    return EmailMessage(
        subject=gettext("New details for your payouts"),
        body=body,
        to=[told[notification.person]],
    )


def _contribution(key: str) -> Contribution:
    rows = Contribution.objects.select_related("contributor", "campaign__project")
    return rows.get(key=key)


_COMPOSERS: dict[Notification.Kind, Callable[[Notification], EmailMessage]] = {
    Notification.Kind.RECEIPT: _receipt,
    Notification.Kind.REFUND: _refund,
    Notification.Kind.REFUND_FAILED: _failed_refund,
    Notification.Kind.DISPUTE_OPENED: _opened_dispute,
    Notification.Kind.DISPUTE_ENDED: _ended_dispute,
    Notification.Kind.PAYOUT_DETAILS: _payout_details,
    Notification.Kind.PAYOUT_PAID: _paid_payout,
    Notification.Kind.PAYOUT_FAILED: _failed_payout,
    Notification.Kind.PAYOUT_RETURNED: _returned_payout,
}
