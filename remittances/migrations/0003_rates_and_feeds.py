import django.contrib.postgres.fields
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from remittances.migrations._decided_once import GUARD, UNGUARD


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "__first__"),
        ("remittances", "0002_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
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
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("url", models.URLField(max_length=500)),
                (
                    "corridors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6), default=list, size=None
                    ),
                ),
                ("licence", models.CharField(max_length=50)),
                ("is_on", models.BooleanField(default=False)),
                ("every_minutes", models.PositiveIntegerField(default=60)),
                ("next_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="remittances.provider",
                    ),
                ),
            ],
            options={
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="FeedRun",
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
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("ok", "Ok"), ("failed", "Failed"), ("refused", "Refused")],
                        max_length=10,
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=500)),
                ("quotes_read", models.PositiveIntegerField(default=0)),
                ("published", models.PositiveIntegerField(default=0)),
                ("quarantined", models.PositiveIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="remittances.feed",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceEvidence",
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
                ("content", models.BinaryField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("image/png", "Png"),
                            ("image/jpeg", "Jpeg"),
                            ("application/pdf", "Pdf"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("original_sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceEntry",
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
                            ("draft", "Draft"),
                            ("waiting", "Waiting"),
                            ("published", "Published"),
                            ("declined", "Declined"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("firm", models.CharField(max_length=200)),
                ("provider_type", models.CharField(max_length=200)),
                ("pay_in", models.CharField(max_length=200)),
                ("pay_out", models.CharField(max_length=200)),
                ("speed", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("payout_currency", models.CharField(max_length=3)),
                ("amount_1", models.DecimalField(decimal_places=24, max_digits=40)),
                ("fee_1", models.DecimalField(decimal_places=24, max_digits=40)),
                (
                    "amount_2",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "fee_2",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "rate",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "reference_rate",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                ("reference_source", models.CharField(blank=True, max_length=200)),
                ("reference_on", models.DateField(blank=True, null=True)),
                ("collected_on", models.DateField()),
                ("transparent", models.BooleanField()),
                ("promotion", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=500)),
                ("entered_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=250)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="remittances.country",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "published",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entry",
                        to="remittances.surveyedservice",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="remittances.priceevidence",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuarantinedQuote",
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
                ("row_key", models.CharField(max_length=500)),
                ("quote", models.JSONField()),
                (
                    "oddities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("accepted", "Accepted"),
                            ("dropped", "Dropped"),
                            ("overtaken", "Overtaken"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=250)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantined",
                        to="remittances.surveyedservice",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held",
                        to="remittances.feedrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReferenceRate",
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
                ("base", models.CharField(max_length=3)),
                ("quote", models.CharField(max_length=3)),
                ("on", models.DateField()),
                ("rate", models.DecimalField(decimal_places=24, max_digits=40)),
                ("source", models.CharField(max_length=200)),
                ("fetched_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("base__regex", "^[A-Z]{3}$"),
                            ("quote__regex", "^[A-Z]{3}$"),
                            models.Q(("base", models.F("quote")), _negated=True),
                        ),
                        name="referencerate_two_currencies",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="referencerate_above_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="referencerate_source_named",
                    ),
                    models.UniqueConstraint(
                        fields=("base", "quote", "source", "on"), name="referencerate_once_a_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateProposal",
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
                            ("waiting", "Waiting"),
                            ("published", "Published"),
                            ("declined", "Declined"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("base", models.CharField(max_length=3)),
                ("quote", models.CharField(max_length=3)),
                ("on", models.DateField()),
                ("rate", models.DecimalField(decimal_places=24, max_digits=40)),
                ("source", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=250)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="remittances.referencerate",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_minutes__gte", 5), ("every_minutes__lte", 1440)),
                name="feed_pace_is_sensible",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True), models.Q(("licence", ""), _negated=True)
                ),
                name="feed_is_attributed",
            ),
        ),
        migrations.AddIndex(
            model_name="feedrun",
            index=models.Index(fields=["feed", "-started_at"], name="feedrun_newest"),
        ),
        migrations.AddConstraint(
            model_name="feedrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", "ok"),
                    models.Q(
                        ("published", 0),
                        ("quarantined", 0),
                        models.Q(("message", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="feedrun_only_success_changes",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("started_at"))),
                name="feedrun_ends_after_its_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sha256__regex", "^[0-9a-f]{64}$"),
                    ("original_sha256__regex", "^[0-9a-f]{64}$"),
                ),
                name="priceevidence_sha256_plain",
            ),
        ),
        migrations.AddIndex(
            model_name="priceentry",
            index=models.Index(fields=["state", "entered_at"], name="priceentry_queue"),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin", models.F("destination")), _negated=True),
                name="priceentry_two_countries",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("currency__regex", "^[A-Z]{3}$"), ("payout_currency__regex", "^[A-Z]{3}$")
                ),
                name="priceentry_currencies_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_1__gt", 0),
                    ("fee_1__gte", 0),
                    ("fee_1__lt", models.F("amount_1")),
                    models.Q(
                        models.Q(("amount_2", None), ("fee_2", None)),
                        models.Q(
                            ("amount_2__gt", models.F("amount_1")),
                            ("amount_2__isnull", False),
                            ("fee_2__gte", 0),
                            ("fee_2__isnull", False),
                            ("fee_2__lt", models.F("amount_2")),
                        ),
                        _connector="OR",
                    ),
                ),
                name="priceentry_amounts_and_fees",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rate", None), ("rate__gt", 0), _connector="OR"),
                    models.Q(("transparent", False), ("rate__isnull", False), _connector="OR"),
                ),
                name="priceentry_transparent_has_a_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reference_on", None), ("reference_rate", None), ("reference_source", "")
                    ),
                    models.Q(
                        ("reference_on__isnull", False),
                        ("reference_rate__gt", 0),
                        ("reference_rate__isnull", False),
                        models.Q(("reference_source", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="priceentry_reference_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("published", None),
                        ("state__in", ("draft", "waiting")),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(
                            models.Q(("published__isnull", False), ("state", "published")),
                            models.Q(
                                ("published", None),
                                ("state", "declined"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="priceentry_decided_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="priceentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="priceentry_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="quarantinedquote",
            index=models.Index(fields=["state", "row_key"], name="quarantinedquote_queue"),
        ),
        migrations.AddConstraint(
            model_name="quarantinedquote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("published", None),
                        ("state", "waiting"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by", None),
                        ("published", None),
                        ("state", "overtaken"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(
                            models.Q(("published__isnull", False), ("state", "accepted")),
                            models.Q(("published", None), ("state", "dropped")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="quarantinedquote_decided_in_full",
            ),
        ),
        migrations.AddIndex(
            model_name="rateproposal",
            index=models.Index(fields=["state", "entered_at"], name="rateproposal_queue"),
        ),
        migrations.AddConstraint(
            model_name="rateproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("base__regex", "^[A-Z]{3}$"),
                    ("quote__regex", "^[A-Z]{3}$"),
                    models.Q(("base", models.F("quote")), _negated=True),
                ),
                name="rateproposal_two_currencies",
            ),
        ),
        migrations.AddConstraint(
            model_name="rateproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gt", 0)), name="rateproposal_above_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="rateproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="rateproposal_source_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="rateproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("published", None),
                        ("state", "waiting"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("published__isnull", False),
                        ("state", "published"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("published", None),
                        ("state", "declined"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="rateproposal_decided_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="rateproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="rateproposal_two_people",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
