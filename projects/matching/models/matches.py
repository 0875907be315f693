from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.matching.models.programmes import Programme, ProgrammeVersion

if TYPE_CHECKING:
    from datetime import datetime


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def active(self) -> ReservationQuerySet:
        return self.filter(state=Reservation.State.ACTIVE)

    def expired(self, at: datetime) -> ReservationQuerySet:
        """Return those nobody came back for; not what is kept, nor what money has arrived for."""
        return self.active().filter(expires_at__lte=at, is_kept=False)

    def promised(self, at: datetime) -> ReservationQuerySet:
        """Return those that count for money settled at a moment, swept or not."""
        return self.active().filter(Q(expires_at__gte=at) | Q(expires_at=None))


class Reservation(models.Model):
    """Match held for a person who is about to pay."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("matching reservation", "Active")
        CONSUMED = "consumed", pgettext_lazy("matching reservation", "Consumed")
        RELEASED = "released", pgettext_lazy("matching reservation", "Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution_ref = models.CharField(max_length=64)
    number = models.PositiveIntegerField()  # Of this contribution's reservations.
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="reservations")
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="reservations")
    campaign_key = models.CharField(max_length=120)
    project_id = models.UUIDField()
    donor_key = models.CharField(max_length=64, null=True)  # noqa: DJ001  Not known yet.
    base_minor = models.BigIntegerField()  # The amount of the money, in its own currency.
    currency = models.CharField(max_length=3)  # Of the money.
    facts = models.JSONField()  # About giver and project, as they were then.
    amount_minor = models.BigIntegerField()
    parts = models.JSONField()  # [[layer, minor], …]: what each pot holds; they sum to the amount.
    moves = models.JSONField(default=list)  # What it adds to the tally. They only grow.
    reason = models.CharField(max_length=80, blank=True)  # Why it is smaller than the rate gives.
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    ledger_key = models.CharField(max_length=160, unique=True)
    held_since = models.DateTimeField()  # Of the first of an unbroken row of reservations.
    expires_at = models.DateTimeField(null=True)  # None: the money has arrived, it is kept.
    is_kept = models.BooleanField(default=False)
    """The person has gone to pay: it stays, past its time too, until its owner lets go."""
    finished_at = models.DateTimeField(null=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        db_table = "matching_reservation"
        indexes = (
            models.Index(
                fields=["programme", "expires_at"],
                condition=Q(state="active"),
                name="matching_reservation_running",
            ),
            models.Index(
                fields=["campaign_key"],
                condition=Q(state="active"),
                name="matching_reservation_campaign",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["contribution_ref", "number"], name="matching_reservation_number_once"
            ),
            models.UniqueConstraint(
                fields=["contribution_ref", "programme"],
                condition=Q(state="active"),
                name="matching_reservation_one_active",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "consumed", "released"]),
                name="matching_reservation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="active", finished_at=None)
                | (~Q(state="active") & Q(finished_at__isnull=False)),
                name="matching_reservation_finished_iff_not_active",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, base_minor__gt=0),
                name="matching_reservation_amounts_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.ledger_key}, {self.state}"


IS_SHORT = Q(state__in=["unmatched", "committed"]) & Q(decided_minor__lt=F("ideal_minor"))
"""Decisions that gave less than the formula: a second look may raise them."""

_NOT_GIVEN = ["unmatched", "released", "clawed_back"]
_STATES = ["unmatched", "committed", "earned", "paid", "released", "clawed_back"]


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def given(self) -> AllocationQuerySet:
        """Return those that count as matched: committed, earned or paid."""
        return self.filter(state__in=Allocation.GIVEN)

    def short(self) -> AllocationQuerySet:
        """Return those a second look may raise, in the order of settlement."""
        return self.filter(IS_SHORT).order_by("settled_at", "contribution_ref")


class Allocation(models.Model):
    """What one programme decided on one contribution, and every step that led there.

    A second look may give what was missing, up to what the formula gives; what goes back with its
    money, or with a threshold that is lost, lowers what stands. What was decided never falls.
    """

    class State(models.TextChoices):
        UNMATCHED = "unmatched", _("Not matched")
        COMMITTED = "committed", _("Committed")
        EARNED = "earned", _("Earned")
        PAID = "paid", pgettext_lazy("matching allocation", "Paid")
        RELEASED = "released", pgettext_lazy("matching allocation", "Released")
        CLAWED_BACK = "clawed_back", _("Taken back")

    GIVEN = (State.COMMITTED, State.EARNED, State.PAID)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution_ref = models.CharField(max_length=64)
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="allocations", db_index=False
    )
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="allocations")
    campaign_key = models.CharField(max_length=120)
    project_id = models.UUIDField()
    donor_key = models.CharField(max_length=64, null=True)  # noqa: DJ001  A giver nobody knows.
    base_minor = models.BigIntegerField(default=0)  # Counted, in the programme's currency.
    ideal_minor = models.BigIntegerField(default=0)  # What the formula gives before any limit.
    lump_minor = models.BigIntegerField(default=0)  # Of the amount: once for the project.
    decided_minor = models.BigIntegerField()  # What was decided, second looks included.
    decided_parts = models.JSONField(default=list)
    decided_moves = models.JSONField(default=list)
    amount_minor = models.BigIntegerField()  # What stands of it, now that money may have gone back.
    parts = models.JSONField(default=list)  # [[layer, minor], …]: what each pot gives of it.
    moves = models.JSONField(default=list)  # What it adds to the tally as it stands.
    unmet = models.JSONField(default=list)  # [[pot, minor], …]: what only the pot did not allow.
    remaining_minor = models.BigIntegerField(null=True)  # Of the money, where some went back.
    is_blocked = models.BooleanField(default=False)  # Not to be earned: the money is disputed.
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=80, blank=True)
    steps = models.JSONField()
    ledger_key = models.CharField(max_length=160, blank=True)  # The entry that commits it now.
    settled_at = models.DateTimeField()
    allocated_at = models.DateTimeField()

    objects = AllocationQuerySet.as_manager()

    class Meta:
        db_table = "matching_allocation"
        ordering = ("settled_at", "contribution_ref")
        indexes = (
            models.Index(fields=["programme", "project_id"], name="matching_allocation_of_project"),
            models.Index(fields=["campaign_key"], name="matching_allocation_campaign"),
            models.Index(
                fields=["programme", "settled_at", "contribution_ref"],
                condition=IS_SHORT,
                name="matching_allocation_short",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["contribution_ref", "programme"], name="matching_allocation_once"
            ),
            models.UniqueConstraint(
                fields=["ledger_key"],
                condition=~Q(ledger_key=""),
                name="matching_allocation_ledger_key_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_STATES),
                name="matching_allocation_state_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="unmatched", decided_minor=0, amount_minor=0, ledger_key="")
                    & ~Q(reason="")
                )
                | Q(
                    state__in=["released", "clawed_back"],
                    decided_minor__gt=0,
                    amount_minor=0,
                    ledger_key="",
                )
                | (~Q(state__in=_NOT_GIVEN) & Q(amount_minor__gt=0) & ~Q(ledger_key="")),
                name="matching_allocation_state_fits_amount",
            ),
            models.CheckConstraint(
                condition=Q(decided_minor__gte=F("amount_minor"))
                & Q(decided_minor__lte=F("ideal_minor")),
                name="matching_allocation_within_formula",
            ),
            models.CheckConstraint(
                condition=Q(base_minor__gte=0, lump_minor__gte=0, ideal_minor__gte=0),
                name="matching_allocation_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_blocked=False) | Q(state__in=["committed", "released"]),
                name="matching_allocation_blocked_is_not_earned",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id} for {self.contribution_ref}: {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.programme.currency)


class MatchTransition(models.Model):
    """One step of a reservation or an allocation through its states. The database only adds."""

    class Subject(models.TextChoices):
        RESERVATION = "reservation"
        ALLOCATION = "allocation"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=12, choices=Subject)
    subject_id = models.UUIDField(db_index=True)
    contribution_ref = models.CharField(max_length=64, db_index=True)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "matching_transition"
        ordering = ("at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(subject__in=["reservation", "allocation"]),
                name="matching_transition_subject_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.from_state or 'nothing'} to {self.to_state}"
