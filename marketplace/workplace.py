"""Where a person works on this site, if anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from payments.console.access import may_see
from projects.catalogue.permissions import AGENCY_ROLES
from remittances.desk.access import may_work

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User


def workplace(user: User | AnonymousUser) -> str:
    """Return the address of the agency's workspace, else of the editors'; "" for anybody else."""
    if not user.is_authenticated:
        return ""
    if user.memberships.filter(role__in=AGENCY_ROLES).exists():
        return reverse("agency:home")
    if user.has_perm("wagtailadmin.access_admin"):
        return reverse("wagtailadmin_home")
    return ""


def finance(user: User | AnonymousUser) -> str:
    """Return the address of the finance console for those who may see it; "" for anybody else."""
    return reverse("finance:home") if may_see(user) else ""


def prices(user: User | AnonymousUser) -> str:
    """Return the address of the desk of prices for those who may work there; "" for others."""
    return reverse("prices:home") if may_work(user) else ""
