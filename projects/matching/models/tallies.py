"""What each programme has given and counted, by everything a rule can speak of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.matching.models.programmes import Programme
from projects.matching.tally import Key, Measure


class TallyCounter(models.Model):
    """One counter of a programme's tally, moved in the transaction that gives the match.

    It is what the moves of its allocations, claims and reservations add up to.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tally", db_index=False)
    measure = models.CharField(max_length=12)
    scope = models.CharField(max_length=24)
    whose = models.CharField(max_length=200, blank=True)  # Empty: the whole programme.
    period = models.CharField(max_length=10, blank=True)  # The first day of it, or empty.
    layer = models.CharField(max_length=64, blank=True)  # Empty: all together.
    minor = models.BigIntegerField()

    class Meta:
        db_table = "matching_tally"
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "whose", "measure", "scope", "period", "layer"],
                name="matching_tally_key_once",
            ),
            models.CheckConstraint(
                condition=Q(minor__gte=0), name="matching_tally_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(measure__in=[str(each) for each in Measure]),
                name="matching_tally_measure_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.key} is {self.minor}"

    @property
    def key(self) -> Key:
        return Key(self.measure, self.scope, self.whose, self.period, self.layer)
