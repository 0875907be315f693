import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION mandates_mandatemove_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A move of a mandate is never changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mandatemove_append_only';
END $$;
CREATE TRIGGER mandatemove_append_only BEFORE UPDATE OR DELETE ON mandates_mandatemove
    FOR EACH ROW EXECUTE FUNCTION mandates_mandatemove_append_only();

CREATE FUNCTION mandates_agreed_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'What the owner of a card agreed to is never changed.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'mandate_agreed_stays';
END $$;
CREATE TRIGGER mandate_agreed_stays BEFORE UPDATE ON mandates_mandate
    FOR EACH ROW WHEN (
        (NEW.id, NEW.reference, NEW.amount_minor, NEW.currency, NEW.description, NEW.created_at)
        IS DISTINCT FROM
        (OLD.id, OLD.reference, OLD.amount_minor, OLD.currency, OLD.description, OLD.created_at)
    ) EXECUTE FUNCTION mandates_agreed_stays();

CREATE FUNCTION mandates_charge_within_mandate() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.mandates_mandate AS mandate, public.payments_payment AS payment
        WHERE mandate.id = NEW.mandate_id AND payment.id = NEW.payment_id
            AND payment.collection = 'card'
            AND payment.reference = mandate.reference
            AND payment.currency = mandate.currency
            AND payment.amount_minor <= mandate.amount_minor
    ) THEN
        RAISE EXCEPTION 'The owner of this card has agreed to less, or to something else.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cardcharge_within_mandate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cardcharge_within_mandate
    BEFORE INSERT OR UPDATE OF mandate_id, payment_id ON mandates_cardcharge
    FOR EACH ROW EXECUTE FUNCTION mandates_charge_within_mandate();

-- Also before the provider is asked, from when on payment_asked_stays holds.
CREATE FUNCTION mandates_charged_payment_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.mandates_cardcharge WHERE payment_id = OLD.id) THEN
        RAISE EXCEPTION 'What a saved card is charged is never changed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cardcharge_payment_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cardcharge_payment_stays BEFORE UPDATE ON payments_payment
    FOR EACH ROW WHEN (
        (NEW.id, NEW.reference, NEW.collection, NEW.amount_minor, NEW.currency)
        IS DISTINCT FROM
        (OLD.id, OLD.reference, OLD.collection, OLD.amount_minor, OLD.currency)
    ) EXECUTE FUNCTION mandates_charged_payment_stays();
"""
UNGUARDED = """
DROP TRIGGER cardcharge_payment_stays ON payments_payment;
DROP FUNCTION mandates_charged_payment_stays;
DROP TRIGGER cardcharge_within_mandate ON mandates_cardcharge;
DROP FUNCTION mandates_charge_within_mandate;
DROP TRIGGER mandate_agreed_stays ON mandates_mandate;
DROP FUNCTION mandates_agreed_stays;
DROP TRIGGER mandatemove_append_only ON mandates_mandatemove;
DROP FUNCTION mandates_mandatemove_append_only;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("payments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mandate",
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
                ("reference", models.CharField(db_index=True, max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("open", "Open"),
                            ("saved", "Saved"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                            ("released", "Released"),
                        ],
                        default="created",
                        max_length=16,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("description", models.CharField(max_length=250)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(max_length=16)),
                ("success_url", models.TextField()),
                ("cancel_url", models.TextField()),
                ("page_key", models.CharField(blank=True, max_length=255)),
                ("page_url", models.TextField(blank=True)),
                ("customer_key", models.CharField(blank=True, max_length=255)),
                ("method_key", models.CharField(blank=True, max_length=255)),
                ("label", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("saved_at", models.DateTimeField(null=True)),
                ("forgotten_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="mandate_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["created", "open", "saved", "failed", "expired", "released"],
                            )
                        ),
                        name="mandate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="mandate_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True),
                            models.Q(("page_key", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="mandate_open_has_page",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "saved"), _negated=True),
                            models.Q(
                                models.Q(("method_key", ""), _negated=True),
                                models.Q(("customer_key", ""), _negated=True),
                                ("saved_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="mandate_saved_has_card",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "released"), ("forgotten_at__isnull", True), _connector="OR"
                        ),
                        name="mandate_forgotten_when_released",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["created", "open", "saved"])),
                        fields=("reference",),
                        name="mandate_one_live_per_reference",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("page_key", ""), _negated=True),
                        fields=("page_key",),
                        name="mandate_page_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MandateMove",
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
                ("from_state", models.CharField(blank=True, max_length=16)),
                ("to_state", models.CharField(max_length=16)),
                ("cause", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="mandates.mandate",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="CardCharge",
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
                            ("asked", "Asked"),
                            ("owner", "Owner asked"),
                            ("ended", "Ended"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("first_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("owner_url", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=64)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_charge",
                        to="payments.payment",
                    ),
                ),
                (
                    "mandate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charge",
                        to="mandates.mandate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="cardcharge_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("next_try_at__isnull", False),
                                ("owner_url", ""),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("asked_at__isnull", False),
                                ("next_try_at__isnull", True),
                                ("owner_url", ""),
                                ("state", "asked"),
                            ),
                            models.Q(
                                models.Q(("owner_url", ""), _negated=True),
                                ("next_try_at__isnull", False),
                                ("state", "owner"),
                            ),
                            models.Q(
                                ("next_try_at__isnull", True), ("owner_url", ""), ("state", "ended")
                            ),
                            _connector="OR",
                        ),
                        name="cardcharge_state_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", True), ("state", "ended")),
                            models.Q(
                                models.Q(("state", "ended"), _negated=True),
                                ("due_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cardcharge_due_until_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__lte", 4)),
                        name="cardcharge_at_most_four_tries",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
