"""The books: append-only double entry. Read freely; only the database function writes.

Account, Entry and Posting mean what they mean in TigerBeetle's documentation (an entry is its
transfer, with any number of postings). What must never break stands in the constraints below and
in the triggers of the first migration; the application's role may not write these tables at all.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from payments.exchange import Rate
from payments.ledger.entries import AccountKey
from payments.money import Money


class AccountKind(models.TextChoices):
    """What an account is for."""

    PROVIDER_CLEARING = "provider_clearing"
    DONOR_CLEARING = "donor_clearing"
    ESCROW = "escrow"
    MATCH_POT = "match_pot"
    MATCH_EARNED = "match_earned"
    PAYABLE = "payable"
    HOLDER = "holder"
    PLATFORM_FEE = "platform_fee"
    PROCESSOR_FEE = "processor_fee"
    LOSS = "loss"
    DISPUTE_BLOCK = "dispute_block"
    SUSPENSE = "suspense"
    UNCLAIMED = "unclaimed"
    FX = "fx"


# Nothing may be taken or held back that was not put in first.
NEVER_OVERDRAWN = (AccountKind.ESCROW, AccountKind.MATCH_POT)

# Touched by every payment there is: a total on their row would make all of them wait in line.
ROLLED_UP = (AccountKind.PROVIDER_CLEARING, AccountKind.PROCESSOR_FEE, AccountKind.PLATFORM_FEE)

TOTALS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


RATE = ("rate_numerator", "rate_denominator", "rate_source", "rate_at")
# Above zero alone would let an unknown number pass: a check refuses only what is false.
_WHOLE_RATE = (
    Q(**{f"{part}__isnull": False for part in RATE})
    & Q(rate_numerator__gt=0, rate_denominator__gt=0)
    & ~Q(rate_source="")
)


class Account(models.Model):
    """One purse of one currency, with running totals in minor units."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    owner_ref = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    debits_pending = models.BigIntegerField(db_default=0)
    debits_posted = models.BigIntegerField(db_default=0)
    credits_pending = models.BigIntegerField(db_default=0)
    credits_posted = models.BigIntegerField(db_default=0)
    keeps_total = models.GeneratedField(
        expression=~Q(kind__in=ROLLED_UP),  # type: ignore[arg-type]  # The stubs forget Q.
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "owner_ref", "currency"], name="ledger_account_natural_key"
            ),
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_one_currency"),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="ledger_account_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="ledger_account_currency_coded"
            ),
            models.CheckConstraint(
                condition=Q(**{f"{total}__gte": 0 for total in TOTALS}),
                name="ledger_account_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(keeps_total=True) | Q(**dict.fromkeys(TOTALS, 0)),
                name="ledger_account_rolled_up_without_total",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=NEVER_OVERDRAWN)
                | Q(credits_posted__gte=F("debits_posted") + F("debits_pending")),
                name="ledger_account_not_overdrawn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.currency}"

    @property
    def key(self) -> AccountKey:
        return AccountKey(self.kind, self.owner_ref, self.currency)


class Entry(models.Model):
    """One bookkeeping event. Written once; corrected and finished by further entries."""

    class State(models.TextChoices):
        PENDING = "pending"
        POSTED = "posted"
        VOIDED = "voided"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=200)
    idempotency_key = models.CharField(max_length=200, unique=True)
    content_sha256 = models.BinaryField(max_length=32)  # What a repeated post must agree with.
    state = models.CharField(max_length=8, choices=State.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    finishes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="finished_by", db_index=False
    )
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by")
    # At what rate it converts, by payments.exchange.Rate; nothing where it does not.
    rate_numerator = models.BigIntegerField(null=True)
    rate_denominator = models.BigIntegerField(null=True)
    rate_source = models.CharField(max_length=200, null=True)  # noqa: DJ001  All four or none.
    rate_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["reference"], name="ledger_entry_reference"),)
        constraints = (
            models.UniqueConstraint(fields=["finishes"], name="ledger_entry_finished_once"),
            models.CheckConstraint(
                condition=Q(state="pending", finishes=None)
                | Q(state="posted", expires_at=None)
                | Q(state="voided", expires_at=None, finishes__isnull=False),
                name="ledger_entry_state_fits",
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(idempotency_key=""), name="ledger_entry_named"
            ),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys(RATE, None)) | _WHOLE_RATE,
                name="ledger_entry_rate_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def rate(self) -> Rate | None:
        """Return the rate the entry converts at, if it converts."""
        if not (
            self.rate_numerator and self.rate_denominator and self.rate_source and self.rate_at
        ):
            return None
        return Rate(self.rate_numerator, self.rate_denominator, self.rate_source, self.rate_at)


class Posting(models.Model):
    """One line of an entry: a signed amount in minor units; positive is a debit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    # The foreign key is (account, currency), which Django cannot say; the migration does.
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="postings", db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="ledger_posting_amount_not_zero"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount.decimal} {self.currency} on {self.account_id}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
