"""A committee that awards ceilings: a call, its applications, marks, and declared conflicts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from projects.matching.models.ceilings import Ceiling
from projects.matching.models.programmes import Programme

MOST_POINTS = 100


class Call(models.Model):
    """One round in which projects apply to a programme and a committee decides once.

    Whoever proposes the decision never confirms it, and nobody does either who declared a conflict
    in the round: the database refuses.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls")
    number = models.PositiveIntegerField()  # Of the programme's calls.
    title = models.CharField(max_length=120)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    proposed_room_minor = models.BigIntegerField(null=True)  # What could still be promised then.
    proposed_terms = models.PositiveIntegerField(null=True)  # The newest version then.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "matching_call"
        ordering = ("programme_id", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "number"], name="matching_call_number_once"
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(decided_at=None),
                name="matching_call_one_undecided",
            ),
            models.CheckConstraint(
                condition=Q(proposed_at=None, proposed_by=None)
                | Q(proposed_at__isnull=False, proposed_by__isnull=False),
                name="matching_call_proposed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    proposed_by__isnull=False,
                ),
                name="matching_call_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="matching_call_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"call {self.number} of {self.programme_id}"

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    @property
    def is_proposed(self) -> bool:
        """Whether its decision waits for a second person; applications and points are fixed."""
        return self.proposed_at is not None and not self.is_decided


class Application(models.Model):
    """A project that asks for a ceiling. Once the call is decided it is frozen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    project = models.ForeignKey("catalogue.Project", models.PROTECT, related_name="+")
    asked_minor = models.BigIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    rank = models.PositiveIntegerField(null=True)  # Of those with a score; set by the decision.
    ceiling = models.OneToOneField(Ceiling, models.PROTECT, null=True, related_name="application")

    class Meta:
        db_table = "matching_application"
        ordering = ("entered_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["call", "project"], name="matching_application_once"),
            models.CheckConstraint(
                condition=Q(asked_minor__gt=0), name="matching_application_asks"
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} in {self.call_id}"


class Mark(models.Model):
    """What one member thinks of one application, in points. It may change until the decision."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="marks")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        db_table = "matching_mark"
        ordering = ("given_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["application", "member"], name="matching_mark_once"),
            models.CheckConstraint(
                condition=Q(points__lte=MOST_POINTS), name="matching_mark_points_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} for {self.application_id}"


class Conflict(models.Model):
    """A member's declaration that this application is not theirs to judge. It stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="conflicts")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    declared_at = models.DateTimeField()

    class Meta:
        db_table = "matching_conflict"
        ordering = ("declared_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["application", "member"], name="matching_conflict_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="matching_conflict_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} and {self.application_id}"
