import django.db.models.deletion
import django.db.models.expressions
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("provider_clearing", "Provider Clearing"),
                            ("donor_clearing", "Donor Clearing"),
                            ("escrow", "Escrow"),
                            ("match_pot", "Match Pot"),
                            ("match_earned", "Match Earned"),
                            ("payable", "Payable"),
                            ("holder", "Holder"),
                            ("platform_fee", "Platform Fee"),
                            ("processor_fee", "Processor Fee"),
                            ("loss", "Loss"),
                            ("dispute_block", "Dispute Block"),
                            ("suspense", "Suspense"),
                            ("unclaimed", "Unclaimed"),
                            ("fx", "Fx"),
                        ],
                        max_length=20,
                    ),
                ),
                ("owner_ref", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("debits_pending", models.BigIntegerField(db_default=0)),
                ("debits_posted", models.BigIntegerField(db_default=0)),
                ("credits_pending", models.BigIntegerField(db_default=0)),
                ("credits_posted", models.BigIntegerField(db_default=0)),
                (
                    "keeps_total",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(
                            ("kind__in", ("provider_clearing", "processor_fee", "platform_fee")),
                            _negated=True,
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "owner_ref", "currency"), name="ledger_account_natural_key"
                    ),
                    models.UniqueConstraint(
                        fields=("id", "currency"), name="ledger_account_one_currency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "provider_clearing",
                                    "donor_clearing",
                                    "escrow",
                                    "match_pot",
                                    "match_earned",
                                    "payable",
                                    "holder",
                                    "platform_fee",
                                    "processor_fee",
                                    "loss",
                                    "dispute_block",
                                    "suspense",
                                    "unclaimed",
                                    "fx",
                                ],
                            )
                        ),
                        name="ledger_account_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="ledger_account_currency_coded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("credits_pending__gte", 0),
                            ("credits_posted__gte", 0),
                            ("debits_pending__gte", 0),
                            ("debits_posted__gte", 0),
                        ),
                        name="ledger_account_totals_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("keeps_total", True),
                            models.Q(
                                ("credits_pending", 0),
                                ("credits_posted", 0),
                                ("debits_pending", 0),
                                ("debits_posted", 0),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_account_rolled_up_without_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("escrow", "match_pot")), _negated=True),
                            (
                                "credits_posted__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("debits_posted"), "+", models.F("debits_pending")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_account_not_overdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
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
                ("kind", models.CharField(max_length=40)),
                ("reference", models.CharField(max_length=200)),
                ("idempotency_key", models.CharField(max_length=200, unique=True)),
                ("content_sha256", models.BinaryField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("posted", "Posted"),
                            ("voided", "Voided"),
                        ],
                        max_length=8,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("rate_numerator", models.BigIntegerField(null=True)),
                ("rate_denominator", models.BigIntegerField(null=True)),
                ("rate_source", models.CharField(max_length=200, null=True)),
                ("rate_at", models.DateTimeField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="ledger.entry",
                    ),
                ),
                (
                    "finishes",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="finished_by",
                        to="ledger.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
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
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.account",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.entry",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["reference"], name="ledger_entry_reference"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("finishes",), name="ledger_entry_finished_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finishes", None), ("state", "pending")),
                    models.Q(("expires_at", None), ("state", "posted")),
                    models.Q(
                        ("expires_at", None), ("finishes__isnull", False), ("state", "voided")
                    ),
                    _connector="OR",
                ),
                name="ledger_entry_state_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", ""), _negated=True),
                    models.Q(("idempotency_key", ""), _negated=True),
                ),
                name="ledger_entry_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("rate_at", None),
                        ("rate_denominator", None),
                        ("rate_numerator", None),
                        ("rate_source", None),
                    ),
                    models.Q(
                        ("rate_at__isnull", False),
                        ("rate_denominator__isnull", False),
                        ("rate_numerator__isnull", False),
                        ("rate_source__isnull", False),
                        ("rate_denominator__gt", 0),
                        ("rate_numerator__gt", 0),
                        models.Q(("rate_source", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ledger_entry_rate_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True),
                name="ledger_posting_amount_not_zero",
            ),
        ),
    ]
