import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("remittances", "0004_summaries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
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
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=12)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("receive", models.CharField(blank=True, max_length=8)),
                ("threshold_bps", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "Waiting for the code"),
                            ("armed", "Watching"),
                            ("told", "Told, until the price was above again"),
                        ],
                        default="unconfirmed",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(db_index=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("seen_dataset", models.UUIDField(blank=True, null=True)),
                ("tellings", models.PositiveIntegerField(default=0)),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("code_until", models.DateTimeField(blank=True, null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="remittances.country",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="remittances.country",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AlertCount",
            fields=[
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("confirmed", "Confirmed"),
                            ("told", "Prices told"),
                            ("stopped", "Stopped"),
                            ("forgotten", "Never confirmed, and deleted"),
                        ],
                        max_length=12,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("times", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("what__in", ["asked", "confirmed", "told", "stopped", "forgotten"])
                        ),
                        name="alertcount_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertMessage",
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
                            ("code", "The code that confirms an alert"),
                            ("price", "A price below the threshold"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("facts", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Given up"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(db_index=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=100)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="remittances.alert",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["unconfirmed", "armed", "told"])),
                name="alert_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("state", "unconfirmed")),
                    models.Q(
                        models.Q(("state", "unconfirmed"), _negated=True),
                        ("confirmed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="alert_confirmed_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold_bps__gt", 0), ("threshold_bps__lte", 9999)),
                name="alert_threshold_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="alert_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin", models.F("destination")), _negated=True),
                name="alert_two_countries",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("code_tries__lte", 5)), name="alert_tries_limited"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "unconfirmed"), _negated=True),
                fields=(
                    "email",
                    "origin",
                    "destination",
                    "amount_minor",
                    "currency",
                    "receive",
                    "threshold_bps",
                ),
                name="alert_confirmed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertmessage",
            constraint=models.UniqueConstraint(
                fields=("alert", "number"), name="alertmessage_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="alertmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "code"), ("number", 0)),
                    models.Q(("kind", "price"), ("number__gt", 0)),
                    _connector="OR",
                ),
                name="alertmessage_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alertmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claimed_at__isnull", True),
                        ("sent_at__isnull", True),
                        ("state", "waiting"),
                    ),
                    models.Q(
                        ("claimed_at__isnull", False),
                        ("sent_at__isnull", True),
                        ("state", "sending"),
                    ),
                    models.Q(
                        ("claimed_at__isnull", False), ("sent_at__isnull", False), ("state", "sent")
                    ),
                    models.Q(("sent_at__isnull", True), ("state", "failed")),
                    _connector="OR",
                ),
                name="alertmessage_state_has_its_times",
            ),
        ),
        migrations.AddIndex(
            model_name="surveyedservice",
            index=models.Index(
                condition=models.Q(
                    ("supersedes__isnull", True), models.Q(("kind", "survey"), _negated=True)
                ),
                fields=["origin", "destination"],
                name="surveyedservice_beginning",
            ),
        ),
        migrations.AddIndex(
            model_name="surveyedservice",
            index=models.Index(
                condition=models.Q(("kind", "survey"), _negated=True),
                fields=["row_key", "-id"],
                name="surveyedservice_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="corridorquarter",
            index=models.Index(
                condition=models.Q(("published_mean_200__isnull", False)),
                fields=["origin"],
                name="corridorquarter_averaged_from",
            ),
        ),
        migrations.AddIndex(
            model_name="corridorquarter",
            index=models.Index(
                condition=models.Q(("published_mean_200__isnull", False)),
                fields=["destination"],
                name="corridorquarter_averaged_to",
            ),
        ),
    ]
