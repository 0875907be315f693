"""What an agency writes before it is a programme's terms, and the two people who agree on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from projects.matching.models.programmes import ProgrammeVersion


class ProgrammeDraft(models.Model):
    """A rule being written for a programme, which may not exist yet.

    The document is always a rule that can be read. Whoever proposes it never publishes it: the
    database refuses.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("matching draft", "Being written")
        PROPOSED = "proposed", pgettext_lazy("matching draft", "Waits for a second person")
        PUBLISHED = "published", pgettext_lazy("matching draft", "Published")
        DISCARDED = "discarded", pgettext_lazy("matching draft", "Thrown away")

    WAITING = (State.OPEN, State.PROPOSED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(
        "catalogue.Organisation", models.PROTECT, related_name="matching_drafts"
    )
    programme_key = models.CharField(max_length=64)  # The id of the programme it is to be.
    document = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)  # Grows with every saving.
    based_on = models.PositiveIntegerField(default=0)  # Number of the version begun from; 0: none.
    template = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)  # From when it is to be in force; None: at once.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    published = models.OneToOneField(
        ProgrammeVersion, models.PROTECT, null=True, related_name="draft"
    )

    class Meta:
        db_table = "matching_draft"
        ordering = ("-saved_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["agency", "programme_key"],
                condition=Q(state__in=["open", "proposed"]),
                name="matching_draft_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "proposed", "published", "discarded"]),
                name="matching_draft_state_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["open", "discarded"],
                    proposed_by=None,
                    proposed_at=None,
                    starts_at=None,
                )
                | Q(
                    state__in=["proposed", "published"],
                    proposed_by__isnull=False,
                    proposed_at__isnull=False,
                ),
                name="matching_draft_proposed_iff_said",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_by__isnull=False, published__isnull=False)
                | (~Q(state="published") & Q(published_by=None, published=None)),
                name="matching_draft_published_iff_said",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("proposed_by")),
                name="matching_draft_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_key}, draft {self.version}, {self.state}"

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.document.get("name") or self.programme_key)


class DraftStep(models.Model):
    """One thing that happened to a draft. The database only adds."""

    class Event(models.TextChoices):
        START = "start", _("Started")
        SAVE = "save", _("Saved")
        PROPOSE = "propose", _("Proposed")
        RETURN = "return", _("Given back")
        PUBLISH = "publish", _("Published")
        DISCARD = "discard", _("Thrown away")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(ProgrammeDraft, models.PROTECT, related_name="steps")
    event = models.CharField(max_length=10, choices=Event)
    version = models.PositiveIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "matching_draft_step"
        ordering = ("at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(event__in=["start", "save", "propose", "return", "publish", "discard"]),
                name="matching_draft_step_event_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} of {self.draft_id}"
