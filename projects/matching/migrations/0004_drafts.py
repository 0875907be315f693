"""What two people agree on: drafts, the decisions of a committee, and money between pots."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER matching_draft_step_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_draft_step
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_conflict_frozen
    BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_conflict
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_draft_kept
    BEFORE DELETE OR TRUNCATE ON matching_draft
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_call_kept
    BEFORE DELETE OR TRUNCATE ON matching_call
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_application_kept
    BEFORE DELETE OR TRUNCATE ON matching_application
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE TRIGGER matching_mark_kept
    BEFORE DELETE OR TRUNCATE ON matching_mark
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();

CREATE FUNCTION matching_draft_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state || '>' || NEW.state) NOT IN (
            'open>open', 'open>proposed', 'open>discarded', 'proposed>open', 'proposed>published'
       ) OR
       (NEW.document <> OLD.document AND OLD.state || NEW.state <> 'openopen') OR
       (NEW.document <> OLD.document AND NEW.version <= OLD.version) OR
       (NEW.agency_id, NEW.based_on, NEW.created_at) <>
       (OLD.agency_id, OLD.based_on, OLD.created_at) THEN
        RAISE EXCEPTION 'draft % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_draft_move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_draft_guard BEFORE UPDATE ON matching_draft
    FOR EACH ROW EXECUTE FUNCTION matching_draft_guard();

CREATE FUNCTION matching_call_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'call % is decided', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_call_decided';
    END IF;
    IF EXISTS (
        SELECT FROM matching_conflict
        JOIN matching_application ON matching_application.id = application_id
        WHERE call_id = NEW.id AND member_id IN (NEW.proposed_by_id, NEW.decided_by_id)
       ) THEN
        RAISE EXCEPTION 'somebody who decides call % declared a conflict in it', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_call_no_conflict';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_call_guard BEFORE UPDATE ON matching_call
    FOR EACH ROW EXECUTE FUNCTION matching_call_guard();

CREATE FUNCTION matching_of_undecided_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_call uuid;
    its_row matching_call;
BEGIN
    IF TG_TABLE_NAME = 'matching_application' THEN
        its_call := NEW.call_id;
    ELSE
        SELECT call_id INTO its_call FROM matching_application WHERE id = NEW.application_id;
    END IF;
    SELECT * INTO its_row FROM matching_call WHERE id = its_call;
    IF its_row.decided_at IS NOT NULL THEN
        RAISE EXCEPTION 'call % is decided', its_call
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_call_decided';
    END IF;
    -- While a decision waits for a second person, only what it awards is written down.
    IF its_row.proposed_at IS NOT NULL AND (
        TG_TABLE_NAME <> 'matching_application' OR TG_OP = 'INSERT' OR
        to_jsonb(NEW) - 'rank' - 'ceiling_id' <> to_jsonb(OLD) - 'rank' - 'ceiling_id'
       ) THEN
        RAISE EXCEPTION 'the decision of call % is proposed', its_call
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_call_proposed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_application_guard BEFORE INSERT OR UPDATE ON matching_application
    FOR EACH ROW EXECUTE FUNCTION matching_of_undecided_call();
CREATE TRIGGER matching_mark_guard BEFORE INSERT OR UPDATE ON matching_mark
    FOR EACH ROW EXECUTE FUNCTION matching_of_undecided_call();
CREATE TRIGGER matching_conflict_guard BEFORE INSERT ON matching_conflict
    FOR EACH ROW EXECUTE FUNCTION matching_of_undecided_call();

CREATE TRIGGER matching_transfer_proposal_kept
    BEFORE DELETE OR TRUNCATE ON matching_transfer_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION matching_refuse_change();
CREATE FUNCTION matching_transfer_proposal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'proposed' OR
       to_jsonb(NEW) - '{state,ended_by_id,ended_at,transfer_id}'::text[] <>
       to_jsonb(OLD) - '{state,ended_by_id,ended_at,transfer_id}'::text[] THEN
        RAISE EXCEPTION 'proposed transfer % cannot change', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'matching_transfer_proposal_fixed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER matching_transfer_proposal_guard BEFORE UPDATE ON matching_transfer_proposal
    FOR EACH ROW EXECUTE FUNCTION matching_transfer_proposal_guard();
"""

GUARDS_BACK = """
DROP TRIGGER matching_transfer_proposal_guard ON matching_transfer_proposal;
DROP FUNCTION matching_transfer_proposal_guard();
DROP TRIGGER matching_transfer_proposal_kept ON matching_transfer_proposal;
DROP TRIGGER matching_conflict_guard ON matching_conflict;
DROP TRIGGER matching_mark_guard ON matching_mark;
DROP TRIGGER matching_application_guard ON matching_application;
DROP FUNCTION matching_of_undecided_call();
DROP TRIGGER matching_call_guard ON matching_call;
DROP FUNCTION matching_call_guard();
DROP TRIGGER matching_draft_guard ON matching_draft;
DROP FUNCTION matching_draft_guard();
DROP TRIGGER matching_mark_kept ON matching_mark;
DROP TRIGGER matching_application_kept ON matching_application;
DROP TRIGGER matching_call_kept ON matching_call;
DROP TRIGGER matching_draft_kept ON matching_draft;
DROP TRIGGER matching_conflict_frozen ON matching_conflict;
DROP TRIGGER matching_draft_step_frozen ON matching_draft_step;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_guards"),
        ("matching", "0003_rounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
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
                ("asked_minor", models.BigIntegerField()),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("entered_at", models.DateTimeField()),
                ("rank", models.PositiveIntegerField(null=True)),
            ],
            options={
                "db_table": "matching_application",
                "ordering": ("entered_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Call",
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
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("opened_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(null=True)),
                ("proposed_room_minor", models.BigIntegerField(null=True)),
                ("proposed_terms", models.PositiveIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "matching_call",
                "ordering": ("programme_id", "-number"),
            },
        ),
        migrations.CreateModel(
            name="Conflict",
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
                ("reason", models.CharField(max_length=500)),
                ("declared_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_conflict",
                "ordering": ("declared_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="DraftStep",
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
                    "event",
                    models.CharField(
                        choices=[
                            ("start", "Started"),
                            ("save", "Saved"),
                            ("propose", "Proposed"),
                            ("return", "Given back"),
                            ("publish", "Published"),
                            ("discard", "Thrown away"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_draft_step",
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Mark",
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
                ("points", models.PositiveSmallIntegerField()),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "db_table": "matching_mark",
                "ordering": ("given_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="ProgrammeDraft",
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
                ("programme_key", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Being written"),
                            ("proposed", "Waits for a second person"),
                            ("published", "Published"),
                            ("discarded", "Thrown away"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("based_on", models.PositiveIntegerField(default=0)),
                ("template", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(null=True)),
                ("starts_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "matching_draft",
                "ordering": ("-saved_at", "id"),
            },
        ),
        migrations.AddField(
            model_name="application",
            name="ceiling",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="application",
                to="matching.ceiling",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.project",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to="matching.programme",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="matching.call",
            ),
        ),
        migrations.AddField(
            model_name="conflict",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conflicts",
                to="matching.application",
            ),
        ),
        migrations.AddField(
            model_name="conflict",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="draftstep",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mark",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="matching.application",
            ),
        ),
        migrations.AddField(
            model_name="mark",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="matching_drafts",
                to="catalogue.organisation",
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="published",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="draft",
                to="matching.programmeversion",
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="published_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="programmedraft",
            name="saved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="draftstep",
            name="draft",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="matching.programmedraft",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                fields=("programme", "number"), name="matching_call_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)),
                fields=("programme",),
                name="matching_call_one_undecided",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_at", None), ("proposed_by", None)),
                    models.Q(("proposed_at__isnull", False), ("proposed_by__isnull", False)),
                    _connector="OR",
                ),
                name="matching_call_proposed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None)),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("proposed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="matching_call_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="matching_call_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("call", "project"), name="matching_application_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_minor__gt", 0)), name="matching_application_asks"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(
                fields=("application", "member"), name="matching_conflict_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="matching_conflict_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.UniqueConstraint(
                fields=("application", "member"), name="matching_mark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__lte", 100)), name="matching_mark_points_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="programmedraft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "proposed"])),
                fields=("agency", "programme_key"),
                name="matching_draft_one_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "proposed", "published", "discarded"])),
                name="matching_draft_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("proposed_at", None),
                        ("proposed_by", None),
                        ("starts_at", None),
                        ("state__in", ["open", "discarded"]),
                    ),
                    models.Q(
                        ("proposed_at__isnull", False),
                        ("proposed_by__isnull", False),
                        ("state__in", ["proposed", "published"]),
                    ),
                    _connector="OR",
                ),
                name="matching_draft_proposed_iff_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("published__isnull", False),
                        ("published_by__isnull", False),
                        ("state", "published"),
                    ),
                    models.Q(
                        models.Q(("state", "published"), _negated=True),
                        ("published", None),
                        ("published_by", None),
                    ),
                    _connector="OR",
                ),
                name="matching_draft_published_iff_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by", None),
                    models.Q(("published_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="matching_draft_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="draftstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("event__in", ["start", "save", "propose", "return", "publish", "discard"])
                ),
                name="matching_draft_step_event_known",
            ),
        ),
        migrations.CreateModel(
            name="TransferProposal",
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
                ("source_layer", models.CharField(max_length=64)),
                ("target_layer", models.CharField(max_length=64)),
                ("minor", models.BigIntegerField()),
                ("key", models.CharField(max_length=100, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for a second person"),
                            ("moved", "Moved"),
                            ("dropped", "Not done"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer_proposals",
                        to="matching.programme",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transfer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="matching.pottransfer",
                    ),
                ),
            ],
            options={
                "db_table": "matching_transfer_proposal",
                "ordering": ("proposed_at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minor__gt", 0),
                            models.Q(("source_layer", models.F("target_layer")), _negated=True),
                        ),
                        name="matching_transfer_proposal_moves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("ended_by", None),
                                ("state", "proposed"),
                                ("transfer", None),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("state", "moved"),
                                ("transfer__isnull", False),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("state", "dropped"),
                                ("transfer", None),
                            ),
                            _connector="OR",
                        ),
                        name="matching_transfer_proposal_ended_iff_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "moved"), _negated=True),
                            models.Q(("ended_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="matching_transfer_proposal_two_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
