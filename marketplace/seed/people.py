"""Who can sign in to the demo world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketplace.accounts.services import make_log_in
from marketplace.seed import identity
from marketplace.seed.world.agencies import AGENCIES
from projects.catalogue.models import Membership, Organisation
from projects.catalogue.services import add_member, found_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from marketplace.accounts.models import User
    from marketplace.seed.world.forms import Agency

ROLES = (
    Membership.Role.AGENCY_OWNER,
    Membership.Role.AGENCY_EDITOR,
    Membership.Role.AGENCY_VETTER,
    Membership.Role.AGENCY_MATCH_MANAGER,
    Membership.Role.AGENCY_FINANCE,
    Membership.Role.AGENCY_AUDITOR,
)
PLATFORM_ADMIN = "platform_admin"
CMS_EDITOR = "cms_editor"
EDITORS_GROUP = "Moderators"  # Wagtail's own: may write and publish every page.


@dataclass(frozen=True, slots=True)
class LogIn:
    role: str
    agency: str | None
    name: str
    email: str
    password: str
    totp_secret: str | None

    def document(self) -> dict[str, str | None]:
        """Return the log-in in the form of the contract."""
        return {
            "role": self.role,
            "agency": self.agency,
            "name": self.name,
            "email": self.email,
            "password": self.password,
            "totp_secret": self.totp_secret,
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """An agency with the people who work there, by role."""

    agency: Organisation
    staff: dict[str, User]

    @property
    def editor(self) -> User:
        return self.staff[Membership.Role.AGENCY_EDITOR]

    @property
    def vetter(self) -> User:
        return self.staff[Membership.Role.AGENCY_VETTER]


def log_ins(seed: int) -> tuple[LogIn, ...]:
    """Return every log-in of a seed's world, whether or not it is loaded."""
    return (*_without_agency(seed), *(one for agency in AGENCIES for one in _staff(agency, seed)))


def open_desks(*, seed: int, now: datetime) -> dict[str, Desk]:
    """Make every log-in and agency; return the agencies by slug."""
    for log_in in _without_agency(seed):
        _make(log_in)
    return {agency.slug: _open(agency, seed=seed, now=now) for agency in AGENCIES}


def desk_of(agency: Agency) -> Desk:
    """Return a loaded agency with the people who work there."""
    organisation = Organisation.objects.get(slug=agency.slug)
    members = organisation.memberships.select_related("user")
    return Desk(organisation, {member.role: member.user for member in members})


def _open(agency: Agency, *, seed: int, now: datetime) -> Desk:
    organisation = found_organisation(
        slug=agency.slug,
        name=agency.name,
        kind=Organisation.Kind.AGENCY,
        country=agency.country,
        territories=agency.territories,
        status=Organisation.Status.VERIFIED,
        now=now,
    )
    staff = {}
    for log_in in _staff(agency, seed):
        user = staff[log_in.role] = _make(log_in)
        add_member(
            organisation_id=organisation.pk,
            user_id=user.pk,
            role=Membership.Role(log_in.role),
            now=now,
        )
    return Desk(organisation, staff)


def _make(log_in: LogIn) -> User:
    return make_log_in(
        email=log_in.email,
        name=log_in.name,
        password=log_in.password,
        totp_secret=log_in.totp_secret,
        groups=(EDITORS_GROUP,) if log_in.role == CMS_EDITOR else (),
        is_admin=log_in.role == PLATFORM_ADMIN,
    )


def _without_agency(seed: int) -> Iterator[LogIn]:
    for mailbox, role, name, has_factor in (
        ("giver", "giver", "Gina Beispiel", False),
        ("investor", "investor", "Ivan Beispiel", False),
        ("platform.admin", PLATFORM_ADMIN, "Petra Beispiel", True),
        ("second.admin", PLATFORM_ADMIN, "Pavel Beispiel", True),  # What two people must decide.
        ("cms.editor", CMS_EDITOR, "Cem Beispiel", True),
    ):
        email = f"{mailbox}@weft.example"
        secret = identity.totp_secret(seed, email) if has_factor else None
        yield LogIn(role, None, name, email, identity.password(seed), secret)


def _staff(agency: Agency, seed: int) -> Iterator[LogIn]:
    for role, first in zip(ROLES, agency.first_names, strict=True):
        email = f"{role.removeprefix('agency_').replace('_', '.')}@{agency.slug}.example"
        yield LogIn(
            role=role.value,
            agency=agency.slug,
            name=f"{first} {agency.surname}",
            email=email,
            password=identity.password(seed),
            totp_secret=identity.totp_secret(seed, email),
        )
