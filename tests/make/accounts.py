"""People with a log-in, and browsers they are signed in with."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP

from marketplace.accounts.models import User

if TYPE_CHECKING:
    from django.test import Client

PASSWORD = "correct horse battery staple"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"

_serial = count(1)


def user(*, email: str = "", name: str = "Person Invented", password: str = PASSWORD) -> User:
    made = User.objects.create_user(
        email or f"person-{next(_serial)}@people.example", password, name=name
    )
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def platform_admin() -> User:
    made = User.objects.create_superuser(f"admin-{next(_serial)}@people.example", PASSWORD)
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def with_second_factor(person: User) -> User:
    """Give a person an authenticator app that knows TOTP_SECRET."""
    TOTP.activate(person, TOTP_SECRET)
    return person


def sign_in(client: Client, person: User) -> Client:
    """Sign a person in as if password and one-time code had been entered just now."""
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": time.time()} for method in ("password", "mfa")
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(person.pk)
    session.save()
    return client
