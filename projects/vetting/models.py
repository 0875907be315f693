from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.catalogue.models import Project


class VettingCase(models.Model):
    """One round of checking one project, from its opening to a decision."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not decided yet")
        PASSED = "passed", _("Passed")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="vetting_cases")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="vetting_cases"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    opened_on = models.DateField()
    decided_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    not_checked = models.TextField(blank=True)
    """What nobody looked at, said in public beside what was."""
    private_notes = models.TextField(blank=True)

    class Meta:
        db_table = "vetting_case"
        ordering = ("-opened_on", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["project"], condition=Q(outcome="open"), name="vetting_case_one_open"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["open", "passed", "refused"]),
                name="vetting_case_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", decided_on__isnull=True)
                | (~Q(outcome="open") & Q(decided_on__isnull=False)),
                name="vetting_case_decided_has_day",
            ),
        )

    def __str__(self) -> str:
        return f"Vetting of {self.project_id}, opened {self.opened_on}"


class ChecklistItem(models.Model):
    """One question of a case, and how it was answered."""

    class Code(models.TextChoices):
        IDENTITY = "identity", _("The people are who they say they are")
        REGISTRATION = "registration", _("The organisation is registered")
        BANK_ACCOUNT = "bank_account", _("The bank account belongs to the organisation")
        SITE_VISIT = "site_visit", _("Somebody went there")
        BUDGET = "budget", _("The prices in the budget are real")
        SANCTIONS = "sanctions", _("Nobody is on a sanctions list")

    class Result(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        NOT_APPLICABLE = "not_applicable", _("Does not apply")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(VettingCase, models.PROTECT, related_name="items")
    n = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=16, choices=Code)
    result = models.CharField(max_length=16, choices=Result)
    how = models.CharField(max_length=240)
    by_whom = models.CharField(max_length=160)
    checked_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "vetting_checklist_item"
        ordering = ("n",)
        constraints = (
            models.UniqueConstraint(fields=["case", "code"], name="vetting_checklist_item_once"),
            models.CheckConstraint(
                condition=Q(
                    code__in=[
                        "identity",
                        "registration",
                        "bank_account",
                        "site_visit",
                        "budget",
                        "sanctions",
                    ]
                ),
                name="vetting_checklist_item_code_known",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["passed", "failed", "not_applicable"]),
                name="vetting_checklist_item_result_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code}: {self.result}"
