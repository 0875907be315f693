import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("remittances", "0003_rates_and_feeds")]

    operations = [
        migrations.CreateModel(
            name="CorridorQuarter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("services", models.PositiveIntegerField(default=0)),
                ("firms", models.PositiveIntegerField(default=0)),
                (
                    "mean_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "median_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "least_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "most_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "cheapest3_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "fee_mean_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "margin_mean_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "mean_500",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                (
                    "published_mean_200",
                    models.DecimalField(blank=True, decimal_places=24, max_digits=40, null=True),
                ),
                ("published_services", models.PositiveIntegerField(blank=True, null=True)),
                ("published_firms", models.PositiveIntegerField(blank=True, null=True)),
                ("published_source", models.CharField(blank=True, max_length=200)),
                ("rows_surveyed", models.PositiveIntegerField(default=0)),
                ("rows_transparent", models.PositiveIntegerField(default=0)),
                ("rows_two_amounts", models.PositiveIntegerField(default=0)),
                ("rows_with_speed", models.PositiveIntegerField(default=0)),
                ("rows_with_type", models.PositiveIntegerField(default=0)),
                ("rows_with_day", models.PositiveIntegerField(default=0)),
                ("firms_surveyed", models.PositiveIntegerField(default=0)),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=24, max_digits=40),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
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
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="remittances.country",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["period"], name="corridorquarter_period"),
                    models.Index(
                        fields=["destination", "-period"], name="corridorquarter_destination"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("origin", "destination", "period"), name="corridorquarter_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mean_200__isnull", True), ("services", 0)),
                            models.Q(("mean_200__isnull", False), ("services__gt", 0)),
                            _connector="OR",
                        ),
                        name="corridorquarter_mean_of_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_mean_200__isnull", True), ("published_source", "")
                            ),
                            models.Q(
                                ("published_mean_200__isnull", False),
                                models.Q(("published_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="corridorquarter_published_by_somebody",
                    ),
                ],
            },
        ),
    ]
