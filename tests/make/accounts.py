"""People with a log-in."""

from __future__ import annotations

from itertools import count

from marketplace.accounts.models import User

PASSWORD = "correct horse battery staple"

_serial = count(1)


def user(*, email: str = "", name: str = "Person Invented", password: str = PASSWORD) -> User:
    return User.objects.create_user(
        email or f"person-{next(_serial)}@people.example", password, name=name
    )


def platform_admin() -> User:
    return User.objects.create_superuser(f"admin-{next(_serial)}@people.example", PASSWORD)
