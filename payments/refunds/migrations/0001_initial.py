import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("pending", "Pending"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="created",
                        max_length=16,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(blank=True, max_length=250)),
                ("requested_by", models.CharField(blank=True, max_length=128)),
                ("idempotency_key", models.CharField(blank=True, max_length=128)),
                ("is_found", models.BooleanField(default=False)),
                ("provider_key", models.CharField(blank=True, max_length=255)),
                ("failure_reason", models.CharField(blank=True, max_length=250)),
                ("created_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="refund_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="refund_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_found", False),
                                ("provider_key", ""),
                                ("state", "created"),
                                ("due_at__isnull", False),
                                ("failed_at", None),
                                ("failure_reason", ""),
                                ("refunded_at", None),
                            ),
                            models.Q(
                                models.Q(("provider_key", ""), _negated=True),
                                ("state", "pending"),
                                ("due_at__isnull", False),
                                ("failed_at", None),
                                ("failure_reason", ""),
                                ("refunded_at", None),
                            ),
                            models.Q(
                                models.Q(("provider_key", ""), _negated=True),
                                ("refunded_at__isnull", False),
                                ("state", "succeeded"),
                                ("failed_at", None),
                                ("failure_reason", ""),
                            ),
                            models.Q(
                                models.Q(("failure_reason", ""), _negated=True),
                                ("failed_at__isnull", False),
                                ("state", "failed"),
                            ),
                            _connector="OR",
                        ),
                        name="refund_state_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("provider_key", ""), _negated=True),
                                ("idempotency_key", ""),
                                ("is_found", True),
                            ),
                            models.Q(
                                models.Q(("idempotency_key", ""), _negated=True),
                                models.Q(("requested_by", ""), _negated=True),
                                ("is_found", False),
                            ),
                            _connector="OR",
                        ),
                        name="refund_asked_for_or_found",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("idempotency_key", ""), _negated=True),
                        fields=("idempotency_key",),
                        name="refund_asked_for_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("provider_key", ""), _negated=True),
                        fields=("provider_key",),
                        name="refund_made_once",
                    ),
                ],
            },
        ),
    ]
