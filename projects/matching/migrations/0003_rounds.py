"""Claims, rounds with their awards and shares, ceilings and tranches."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent


ROUNDS = (HERE / "0003_rounds.sql").read_text()
SHARES = (HERE / "0003_shares.sql").read_text()
FUNCTIONS = "matching_open_shares(uuid), matching_seal_shares(uuid)"


def let_the_application_close(apps, schema_editor):
    """The application fills and seals the shares of a round; nobody else calls these functions."""
    application = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC")
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO {application}")
    schema_editor.execute(f"REVOKE ALL ON matching_share FROM {application}")
    schema_editor.execute(f"GRANT SELECT ON matching_share TO {application}")


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
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
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="matching.programme",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="matching.programmeversion",
                    ),
                ),
                (
                    "money",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="matching.countedmoney",
                    ),
                ),
                ("round_number", models.PositiveIntegerField()),
                ("contribution_ref", models.CharField(max_length=64)),
                ("campaign_key", models.CharField(max_length=120)),
                ("project_id", models.UUIDField()),
                ("donor_key", models.CharField(max_length=64, null=True)),
                ("base_minor", models.BigIntegerField()),
                ("remaining_minor", models.BigIntegerField(null=True)),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("steps", models.JSONField()),
                ("moves", models.JSONField(default=list)),
                ("settled_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_claim",
                "ordering": ("settled_at", "contribution_ref"),
                "indexes": [
                    models.Index(
                        fields=["programme", "round_number", "settled_at", "contribution_ref"],
                        name="matching_claim_turn",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contribution_ref", "programme"), name="matching_claim_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("base_minor__gt", 0),
                            models.Q(("base_minor", 0), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="matching_claim_of_nothing_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("round_number__gte", 1)),
                        name="matching_claim_round_from_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="matching.programme",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="matching.programmeversion",
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("claims", models.PositiveIntegerField()),
                ("pots", models.JSONField()),
                ("parts", models.JSONField()),
                ("matched_minor", models.BigIntegerField()),
                ("facts", models.JSONField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_round",
                "ordering": ("programme_id", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "number"), name="matching_round_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="matching_round_number_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("matched_minor__gte", 0)),
                        name="matching_round_matched_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closed_at__gte", models.F("ends_at"))),
                        name="matching_round_not_too_early",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
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
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="matching.round",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="matching.programme",
                    ),
                ),
                ("campaign_key", models.CharField(max_length=120)),
                ("project_id", models.UUIDField()),
                ("decided_minor", models.BigIntegerField()),
                ("decided_parts", models.JSONField(default=list)),
                ("amount_minor", models.BigIntegerField()),
                ("parts", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unmatched", "Not matched"),
                            ("committed", "Committed"),
                            ("earned", "Earned"),
                            ("paid", "Paid"),
                            ("released", "Released"),
                            ("clawed_back", "Taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("ledger_key", models.CharField(blank=True, max_length=190)),
            ],
            options={
                "db_table": "matching_award",
                "ordering": ("programme_id", "campaign_key"),
                "indexes": [
                    models.Index(
                        fields=["programme", "project_id"], name="matching_award_of_project"
                    ),
                    models.Index(fields=["campaign_key"], name="matching_award_campaign"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("round", "campaign_key"), name="matching_award_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ledger_key", ""), _negated=True),
                        fields=("ledger_key",),
                        name="matching_award_ledger_key_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "unmatched",
                                    "committed",
                                    "earned",
                                    "paid",
                                    "released",
                                    "clawed_back",
                                ],
                            )
                        ),
                        name="matching_award_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_minor", 0),
                                ("decided_minor", 0),
                                ("ledger_key", ""),
                                ("state", "unmatched"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                ("amount_minor", 0),
                                ("decided_minor__gt", 0),
                                ("ledger_key", ""),
                                ("state__in", ["released", "clawed_back"]),
                            ),
                            models.Q(
                                ("amount_minor__gt", 0),
                                ("state__in", ["committed", "earned", "paid"]),
                                models.Q(("ledger_key", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="matching_award_state_fits_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_minor__gte", models.F("amount_minor"))),
                        name="matching_award_within_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AwardChange",
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
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="matching.award",
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=12)),
                ("to_state", models.CharField(max_length=12)),
                ("amount_minor", models.BigIntegerField()),
                ("cause", models.CharField(max_length=160)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_award_change",
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contribution_ref",
                        "round_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="matching.round",
                    ),
                ),
                ("contribution_ref", models.CharField(max_length=64)),
                ("minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "matching_share",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="FreedShare",
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
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freed",
                        to="matching.award",
                    ),
                ),
                ("contribution_ref", models.CharField(max_length=64)),
                ("number", models.PositiveIntegerField()),
                ("before_minor", models.BigIntegerField()),
                ("minor", models.BigIntegerField()),
                (
                    "to",
                    models.CharField(
                        choices=[("pot", "Pot"), ("waitlist", "Waitlist"), ("funder", "Funder")],
                        max_length=8,
                    ),
                ),
                ("cause", models.CharField(max_length=160)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_freed_share",
                "ordering": ("contribution_ref", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("contribution_ref", "award", "number"),
                        name="matching_freed_share_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minor__gte", 0),
                            models.Q(("minor", models.F("before_minor")), _negated=True),
                        ),
                        name="matching_freed_share_changes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to__in", ["pot", "waitlist", "funder"])),
                        name="matching_freed_share_to_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Estimate",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="estimates",
                        to="matching.programme",
                    ),
                ),
                ("project_id", models.UUIDField(db_index=True)),
                ("parts", models.JSONField()),
                ("minor", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("worked_out_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_estimate",
                "ordering": ("programme_id", "project_id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "project_id"), name="matching_estimate_one_a_project"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minor__gte", 0)), name="matching_estimate_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ceiling",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ceilings",
                        to="matching.programme",
                    ),
                ),
                ("project_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, max_length=80)),
                ("letter", models.JSONField(default=dict)),
                ("awarded_by", models.CharField(max_length=160)),
                ("awarded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_ceiling",
                "ordering": ("programme_id", "project_id", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "project_id", "number"),
                        name="matching_ceiling_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0),
                            models.Q(("amount_minor", 0), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="matching_ceiling_of_nothing_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="matching_ceiling_number_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("awarded_by", ""), _negated=True),
                        name="matching_ceiling_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tranche",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tranches",
                        to="matching.programme",
                    ),
                ),
                ("project_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("cumulative_numerator", models.BigIntegerField()),
                ("cumulative_denominator", models.BigIntegerField()),
                ("standing_minor", models.BigIntegerField()),
                ("due_minor", models.BigIntegerField()),
                ("before_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField()),
                ("paid_by", models.CharField(max_length=160)),
                ("paid_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_tranche",
                "ordering": ("programme_id", "project_id", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "project_id", "number"),
                        name="matching_tranche_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cumulative_numerator__gt", 0),
                            ("cumulative_numerator__lte", models.F("cumulative_denominator")),
                        ),
                        name="matching_tranche_part_of_a_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("before_minor__gte", 0),
                            ("due_minor__gte", 0),
                            ("due_minor__lte", models.F("standing_minor")),
                        ),
                        name="matching_tranche_due_within_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_minor__gt", models.F("before_minor")),
                                (
                                    "paid_minor",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("due_minor"), "-", models.F("before_minor")
                                    ),
                                ),
                            ),
                            models.Q(
                                ("due_minor__lte", models.F("before_minor")), ("paid_minor", 0)
                            ),
                            _connector="OR",
                        ),
                        name="matching_tranche_pays_the_difference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid_by", ""), _negated=True),
                        name="matching_tranche_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TranchePart",
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
                    "tranche",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="matching.tranche",
                    ),
                ),
                ("campaign_key", models.CharField(db_index=True, max_length=120)),
                ("minor", models.BigIntegerField()),
                ("ledger_key", models.CharField(max_length=190, unique=True)),
            ],
            options={
                "db_table": "matching_tranche_part",
                "ordering": ("campaign_key", "tranche"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tranche", "campaign_key"), name="matching_tranche_part_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minor__gt", 0)),
                        name="matching_tranche_part_above_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MetObligation",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="met_obligations",
                        to="matching.programme",
                    ),
                ),
                ("project_id", models.UUIDField()),
                ("code", models.CharField(max_length=64)),
                ("seen_by", models.CharField(max_length=160)),
                ("met_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_met_obligation",
                "ordering": ("programme_id", "project_id", "code"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "project_id", "code"),
                        name="matching_met_obligation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", ""), _negated=True),
                            models.Q(("seen_by", ""), _negated=True),
                        ),
                        name="matching_met_obligation_said_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PotTransfer",
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
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="matching.programme",
                    ),
                ),
                ("source_layer", models.CharField(blank=True, max_length=64)),
                ("target_layer", models.CharField(blank=True, max_length=64)),
                ("minor", models.BigIntegerField()),
                ("ledger_key", models.CharField(max_length=190, unique=True)),
                ("moved_by", models.CharField(max_length=160)),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_pot_transfer",
                "ordering": ("moved_at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minor__gt", 0),
                            models.Q(("source_layer", models.F("target_layer")), _negated=True),
                        ),
                        name="matching_pot_transfer_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("moved_by", ""), _negated=True),
                        name="matching_pot_transfer_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL([SHARES]),
        migrations.RunSQL([ROUNDS]),
        migrations.RunPython(let_the_application_close, migrations.RunPython.noop),
    ]
