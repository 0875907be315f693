"""Files of prices on their way in: what was uploaded, how far it is read, what became of it."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import F, Q


class PriceFile(models.Model):
    """One file that an officer uploaded, kept as it came."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        READING = "reading"
        READY = "ready"  # Read to its end; it waits for a second person.
        APPROVED = "approved"  # That person agreed; a worker publishes every row.
        PUBLISHED = "published"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    stored_as = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    rows_read = models.PositiveIntegerField(default=0)
    rows_expected = models.PositiveIntegerField(null=True, blank=True)
    told = models.JSONField(
        default=dict
    )  # Once it is read: its layout, kind, whose numbers, headings.
    message = models.TextField(blank=True)  # Why it was refused.
    dataset = models.ForeignKey(
        "remittances.Dataset", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # When it last came a step further.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # None where it was refused because it could not be read.
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = (
            ("work_prices", "Can see, upload and enter prices"),
            ("approve_prices", "Can approve prices and names as the second person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=("uploaded", "reading", "ready", "approved", "published", "refused")
                ),
                name="pricefile_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="published", dataset__isnull=False)
                | (~Q(state="published") & Q(dataset=None)),
                name="pricefile_dataset_iff_published",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(message=""))
                | (~Q(state="refused") & Q(message="")),
                name="pricefile_message_iff_refused",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("uploaded", "reading", "ready", "refused"),
                    decided_by=None,
                    decided_at=None,
                )
                | Q(
                    state__in=("approved", "published", "refused"),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="pricefile_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("uploaded_by")),
                name="pricefile_two_people",
            ),
        )
        indexes = (models.Index(fields=("-uploaded_at",), name="pricefile_newest_first"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def ended(self) -> bool:
        """Return whether nothing more happens to it."""
        return self.state in {self.State.PUBLISHED, self.State.REFUSED}

    @property
    def is_moving(self) -> bool:
        """Return whether a worker has it, or will; else it ended or waits for a person."""
        return not self.ended and self.state != self.State.READY


class FileChunk(models.Model):
    """Some thousand rows of a file, read and ready to be copied into their table."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(PriceFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    content = models.BinaryField()  # Compressed; its form is that of `imports.chunks`.

    class Meta:
        constraints = (models.UniqueConstraint(fields=("file", "number"), name="filechunk_once"),)

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
