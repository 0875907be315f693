"""What waits for a close, and what a close made of it: claims, rounds, awards and shares.

Money before a programme that allocates at the close takes a claim. The close makes one round of the
claims there are: one award for each campaign, and for each contribution its share of that award.
Nobody else's share is ever changed afterwards.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.matching.models.money import CountedMoney
from projects.matching.models.programmes import Programme, ProgrammeVersion


class Claim(models.Model):
    """What one contribution counts for at the next close of a programme.

    Until the close it shrinks with its money; afterwards it is frozen by the database. A claim of
    nothing says why, and stays for the explanation.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="claims", db_index=False)
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="claims")
    money = models.ForeignKey(CountedMoney, models.PROTECT, related_name="claims", db_index=False)
    round_number = models.PositiveIntegerField()  # The round of the programme it is for.
    contribution_ref = models.CharField(max_length=64)
    campaign_key = models.CharField(max_length=120)
    project_id = models.UUIDField()
    donor_key = models.CharField(max_length=64, null=True)  # noqa: DJ001  A giver nobody knows.
    base_minor = models.BigIntegerField()  # Counted, in the programme's currency.
    remaining_minor = models.BigIntegerField(null=True)  # Of the money, where some has gone back.
    reason = models.CharField(max_length=80, blank=True)  # Why it counts for less than was given.
    steps = models.JSONField()
    moves = models.JSONField(default=list)  # What it adds to the tally as it stands.
    settled_at = models.DateTimeField()
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "matching_claim"
        ordering = ("settled_at", "contribution_ref")
        indexes = (
            models.Index(
                fields=["programme", "round_number", "settled_at", "contribution_ref"],
                name="matching_claim_turn",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["contribution_ref", "programme"], name="matching_claim_once"
            ),
            models.CheckConstraint(
                condition=Q(base_minor__gt=0) | Q(base_minor=0) & ~Q(reason=""),
                name="matching_claim_of_nothing_says_why",
            ),
            models.CheckConstraint(
                condition=Q(round_number__gte=1), name="matching_claim_round_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.contribution_ref} before round {self.round_number} of {self.programme_id}"


class Round(models.Model):
    """One close of a programme: what it found and what it gave. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="rounds")
    ends_at = models.DateTimeField()  # The end of the window that was closed.
    claims = models.PositiveIntegerField()  # Those that counted for anything.
    pots = models.JSONField()  # [[layer, minor], …]: what each pot had.
    parts = models.JSONField()  # [[layer, minor], …]: what each pot gave.
    matched_minor = models.BigIntegerField()
    facts = models.JSONField()  # How it was worked out.
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "matching_round"
        ordering = ("programme_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "number"], name="matching_round_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="matching_round_number_from_one"
            ),
            models.CheckConstraint(
                condition=Q(matched_minor__gte=0), name="matching_round_matched_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__gte=F("ends_at")), name="matching_round_not_too_early"
            ),
        )

    def __str__(self) -> str:
        return f"round {self.number} of {self.programme_id}"


_STATES = ["unmatched", "committed", "earned", "paid", "released", "clawed_back"]


class AwardQuerySet(models.QuerySet["Award"]):
    def given(self) -> AwardQuerySet:
        """Return those that count as matched: committed, earned or paid."""
        return self.filter(state__in=Award.GIVEN)


class Award(models.Model):
    """What one round gave to one campaign. It falls by what a share loses, and never grows."""

    class State(models.TextChoices):
        UNMATCHED = "unmatched", _("Not matched")
        COMMITTED = "committed", _("Committed")
        EARNED = "earned", _("Earned")
        PAID = "paid", pgettext_lazy("matching allocation", "Paid")
        RELEASED = "released", pgettext_lazy("matching allocation", "Released")
        CLAWED_BACK = "clawed_back", _("Taken back")

    GIVEN = (State.COMMITTED, State.EARNED, State.PAID)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="awards", db_index=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="awards", db_index=False)
    campaign_key = models.CharField(max_length=120)
    project_id = models.UUIDField()
    decided_minor = models.BigIntegerField()
    decided_parts = models.JSONField(default=list)
    amount_minor = models.BigIntegerField()  # What stands of it, now that money may have gone back.
    parts = models.JSONField(default=list)  # [[layer, minor], …]: what each pot gives of it.
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=80, blank=True)
    ledger_key = models.CharField(max_length=190, blank=True)  # The entry that commits it now.

    objects = AwardQuerySet.as_manager()

    class Meta:
        db_table = "matching_award"
        ordering = ("programme_id", "campaign_key")
        indexes = (
            models.Index(fields=["programme", "project_id"], name="matching_award_of_project"),
            models.Index(fields=["campaign_key"], name="matching_award_campaign"),
        )
        constraints = (
            models.UniqueConstraint(fields=["round", "campaign_key"], name="matching_award_once"),
            models.UniqueConstraint(
                fields=["ledger_key"],
                condition=~Q(ledger_key=""),
                name="matching_award_ledger_key_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_STATES), name="matching_award_state_known"
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
                | Q(state__in=["committed", "earned", "paid"], amount_minor__gt=0)
                & ~Q(ledger_key=""),
                name="matching_award_state_fits_amount",
            ),
            models.CheckConstraint(
                condition=Q(decided_minor__gte=F("amount_minor")),
                name="matching_award_within_decision",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id} for {self.campaign_key}: {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.programme.currency)


class AwardChange(models.Model):
    """One step of an award through its states, or a fall of its amount. The database only adds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    award = models.ForeignKey(Award, models.PROTECT, related_name="changes")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField()  # What stands after it.
    cause = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        db_table = "matching_award_change"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.award_id} {self.from_state or 'nothing'} to {self.to_state}"


class Share(models.Model):
    """What of an award comes from one contribution: a fact of its round, written once.

    The table is cut into one partition for each round, which is filled before it is attached; no
    row can be added, changed or taken away afterwards.
    """

    pk = models.CompositePrimaryKey("contribution_ref", "round_id")
    round = models.ForeignKey(Round, models.PROTECT, related_name="shares", db_constraint=False)
    contribution_ref = models.CharField(max_length=64)
    minor = models.BigIntegerField()

    class Meta:
        db_table = "matching_share"
        managed = False  # Django cannot say PARTITION BY: see the migration.

    def __str__(self) -> str:
        return f"{self.minor} for {self.contribution_ref}"


class FreedShare(models.Model):
    """What became of one share when money of its contribution went back, or came again.

    The last row of a contribution says what stands of its share. The database only adds.
    """

    class To(models.TextChoices):
        POT = "pot"
        WAITLIST = "waitlist"
        FUNDER = "funder"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    award = models.ForeignKey(Award, models.PROTECT, related_name="freed")
    contribution_ref = models.CharField(max_length=64)
    number = models.PositiveIntegerField()  # Of the changes of this share.
    before_minor = models.BigIntegerField()
    minor = models.BigIntegerField()  # What stands of the share from now on.
    to = models.CharField(max_length=8, choices=To)
    cause = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        db_table = "matching_freed_share"
        ordering = ("contribution_ref", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["contribution_ref", "award", "number"], name="matching_freed_share_once"
            ),
            models.CheckConstraint(
                condition=Q(minor__gte=0) & ~Q(minor=F("before_minor")),
                name="matching_freed_share_changes",
            ),
            models.CheckConstraint(
                condition=Q(to__in=["pot", "waitlist", "funder"]),
                name="matching_freed_share_to_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.contribution_ref}: {self.before_minor} to {self.minor}"


class Estimate(models.Model):
    """What a project would get if its programme closed now. Worked out anew each night."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="estimates")
    project_id = models.UUIDField(db_index=True)
    parts = models.JSONField()
    minor = models.BigIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    worked_out_at = models.DateTimeField()

    class Meta:
        db_table = "matching_estimate"
        ordering = ("programme_id", "project_id")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "project_id"], name="matching_estimate_one_a_project"
            ),
            models.CheckConstraint(
                condition=Q(minor__gte=0), name="matching_estimate_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.minor} for {self.project_id}, an estimate"
