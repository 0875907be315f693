"""Whose log-in needs a second factor, and where each person goes after signing in.

The agencies' people, editors and administrators see other people's secrets or move money. Until
such a person has proved the second factor in this very session, only the pages that let them do
so answer; that holds whichever way the session began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from marketplace.accounts.adapters import SecondFactorAdapter
from marketplace.accounts.models import User
from marketplace.workplace import workplace
from projects.catalogue.permissions import AGENCY_ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

OPEN_PAGES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_reauthenticate",
    }
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends each person to the place where they work."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return workplace(request.user) or str(settings.LOGIN_REDIRECT_URL)


class FactorAdapter(SecondFactorAdapter):
    """Lets nobody whose work asks for a second factor go without one."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        is_needed = needs_second_factor(authenticator.user)
        return not is_needed and bool(super().can_delete_authenticator(authenticator))


def needs_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Tell whether this person's work asks for a second factor, in one query."""
    if not isinstance(user, User):
        return False
    if user.is_staff or user.is_superuser:
        return True
    works_here = Q(groups__isnull=False) | Q(memberships__role__in=AGENCY_ROLES)
    return User.objects.filter(works_here, pk=user.pk).exists()


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Tell whether a code was entered in this session by the person signed in now."""
    user = request.user if request.user.is_authenticated else None
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


class SecondFactorMiddleware:
    """Holds back every page from who still has to prove a second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Return the way to the second factor, or nothing when the page may answer."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        match = request.resolver_match
        if match is not None and match.url_name in OPEN_PAGES and not match.namespaces:
            return None
        if has_proved_second_factor(request) or not needs_second_factor(request.user):
            return None
        back = urlencode({"next": request.get_full_path()} if request.method == "GET" else {})
        return redirect(f"{reverse(_next_step(request))}?{back}")


def _next_step(request: HttpRequest) -> str:
    is_set_up = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    return "mfa_reauthenticate" if is_set_up else "mfa_activate_totp"


@never_cache
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Stand in for the admins' own log-in pages, which know no second factor.

    Raises:
        Http404: The person is signed in, so the page they wanted is not theirs.
    """
    if request.user.is_authenticated:
        raise Http404
    query = request.GET.urlencode()
    return redirect(f"{reverse('account_login')}{'?' if query else ''}{query}")
