"""The words of each message, written at the moment it is sent, in the language of its reader.

A subject names no amount, no recipient and no country: it is read over shoulders, and on the lock
screens of telephones that are not private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from marketplace.notifications.models import Notification
from projects.funding.models import Contribution

if TYPE_CHECKING:
    from collections.abc import Callable


def compose(notification: Notification) -> EmailMessage:
    """Return the message, addressed and written, down to the bytes that will be sent."""
    message = _COMPOSERS[Notification.Kind(notification.kind)](notification.subject_key)
    message.message()  # What cannot be a header or an address is refused here.
    return message


def _receipt(contribution_key: str) -> EmailMessage:
    contribution = Contribution.objects.select_related("contributor", "campaign__project").get(
        key=contribution_key
    )
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


_COMPOSERS: dict[Notification.Kind, Callable[[str], EmailMessage]] = {
    Notification.Kind.RECEIPT: _receipt,
}
