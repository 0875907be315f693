"""Every job that runs by the clock: what it does, how often, and why.

The Celery schedule and `manage.py run_due` are both made from this table. A job is a Celery task
without arguments around one service that takes the time, so that it can be run for any moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from celery.schedules import schedule
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One job by the clock."""

    task: str  # The name of the Celery task.
    service: str  # What the task calls: `service(now=…)`, giving how much it changed.
    seconds: int
    why: str

    def run(self, *, now: datetime) -> int:
        """Do what is due at a moment, exactly as the task would. Return how much changed."""
        service: Callable[..., int] = import_string(self.service)
        return service(now=now)


JOBS = (
    Job("webhooks.work_due", "payments.webhooks.services.work_due", 15, "events not worked off"),
    Job("payments.redeliver", "payments.events.redeliver", 15, "announcements nobody heard"),
    Job(
        "payments.resolve_unanswered",
        "payments.checkout.resolve_unanswered",
        60,
        "provider calls that got no answer",
    ),
    Job(
        "payments.ask_provider",
        "payments.settlement.ask_provider",
        60,
        "payments whose event never came",
    ),
    Job(
        "mandates.look_due",
        "payments.mandates.services.look_due",
        60,
        "cards being saved whose event never came",
    ),
    Job(
        "mandates.charge_due",
        "payments.mandates.services.charge_due",
        60,
        "saved cards whose charge is due, for the first time or again",
    ),
    Job("refunds.ask_due", "payments.refunds.services.ask_due", 60, "refunds not finished"),
    Job("disputes.ask_due", "payments.disputes.services.ask_due", 300, "disputes not decided"),
    Job(
        "payouts.submit_due",
        "payments.payouts.services.submit_due",
        60,
        "payouts that are agreed and may go",
    ),
    Job(
        "payouts.carry_on_due",
        "payments.payouts.services.carry_on_due",
        60,
        "payouts under way that nobody has heard of",
    ),
    Job(
        "payouts.look_at_accounts",
        "payments.payouts.services.look_at_accounts",
        300,
        "payout details that may have changed",
    ),
    Job(
        "reconciliation.reconcile",
        "payments.reconciliation.services.reconcile_due",
        300,
        "the provider's records against the books, each hour",
    ),
    Job(
        "matching.allocate_all_due",
        "projects.matching.services.allocate_all_due",
        15,
        "counted money that no programme has looked at",
    ),
    Job(
        "matching.expire_reservations",
        "projects.matching.services.expire_reservations",
        60,
        "match held for people who did not go on",
    ),
    Job(
        "matching.close_due",
        "projects.matching.services.close_due",
        60,
        "programmes that share out at their close, whose time has come",
    ),
    Job(
        "matching.estimate_due",
        "projects.matching.services.estimate_due",
        86_400,
        "what those programmes would give today, each night",
    ),
    Job(
        "funding.expire_contributions",
        "projects.funding.services.expire_contributions",
        60,
        "contributions nobody paid",
    ),
    Job(
        "funding.close_ended_campaigns",
        "projects.funding.services.close_ended_campaigns",
        60,
        "campaigns whose last day is over",
    ),
    Job(
        "remittances.read_feeds",
        "remittances.feeds.services.read_due",
        60,
        "feeds of prices whose next reading has come",
    ),
    Job(
        "remittances.load_rates",
        "remittances.rates.services.load_rates",
        3600,
        "reference rates that the bank or a new survey tells",
    ),
    Job(
        "remittances.drop_unused_evidence",
        "remittances.entries.services.drop_unused_evidence",
        86_400,
        "evidence that no entry took",
    ),
    Job(
        "remittances.carry_on_files",
        "remittances.imports.uploads.carry_on_due",
        120,
        "uploaded files of prices that nobody is reading",
    ),
    Job(
        "remittances.look_at_alerts",
        "remittances.alerts.services.look_at_alerts",
        3600,
        "prices that people asked to be told of, and addresses nobody confirmed",
    ),
    Job(
        "remittances.send_alert_messages",
        "remittances.alerts.services.send_alert_messages",
        60,
        "messages of price alerts written but not sent",
    ),
    Job(
        "remittances.mend_figures",
        "remittances.figures.services.mend",
        86_400,
        "averages that are not what the surveyed rows give",
    ),
    Job(
        "notifications.send_due",
        "marketplace.notifications.services.send_due",
        15,
        "messages written but not sent",
    ),
)


def beat_schedule() -> dict[str, dict[str, object]]:
    """Return the table in the form Celery's scheduler takes."""
    return {
        job.task: {
            "task": job.task,
            "schedule": schedule(job.seconds),
            "options": {"expires": job.seconds},  # A wake-up nobody took is not worth keeping.
        }
        for job in JOBS
    }
