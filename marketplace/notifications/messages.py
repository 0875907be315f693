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
from payments.payouts.models import PayoutAccount
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
    contribution = _contribution(refund.payment.reference)
    with translation.override(contribution.language):
        path = reverse("public:receipt", args=[contribution.public_key])
        body = render_to_string(
            template,
            {
                "contribution": contribution,
                "amount": refund.amount,
                "address": f"{settings.SITE_URL}{path}",
            },
        )
        return EmailMessage(
            subject=str(subject),
            body=body,
            to=[contribution.contributor.email],
        )


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
    Notification.Kind.PAYOUT_DETAILS: _payout_details,
}
