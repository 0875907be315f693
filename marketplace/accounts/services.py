"""Making log-ins without a browser, and the codes a demonstration shows for them."""

from __future__ import annotations

import time

from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User


class NoSecondFactor(Exception):
    """The person is unknown, or signs in without a one-time code."""


@transaction.atomic
def make_log_in(  # noqa: PLR0913  What a log-in consists of.
    *,
    email: str,
    name: str,
    password: str,
    totp_secret: str | None = None,
    groups: tuple[str, ...] = (),
    is_admin: bool = False,
) -> User:
    """Make a person who can sign in at once; `totp_secret` (base 32) asks for a second factor."""
    user = User.objects.create_user(
        email, password, name=name, is_staff=is_admin, is_superuser=is_admin
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if totp_secret:
        totp.TOTP.activate(user, totp_secret)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def current_code(*, email: str) -> str:
    """Return the one-time code a person's authenticator app would show now.

    Raises:
        NoSecondFactor: The person is unknown, or has none.
    """
    totps = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    known = totps.filter(user__email__iexact=email).first()
    if known is None:
        raise NoSecondFactor(
            _("%(email)s does not sign in with a one-time code.") % {"email": email}
        )
    secret = decrypt(known.data["secret"])
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))
