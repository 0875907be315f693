"""Every job that runs by the clock: what it is called, how often, and what it does.

The Celery schedule and `manage.py run_due` are both made from this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """One job by the clock: a Celery task without arguments, and its rhythm."""

    name: str
    seconds: int
    why: str


JOBS = (
    Job("webhooks.work_due", 15, "provider events that were stored but not yet worked off"),
    Job("payments.redeliver", 15, "announcements whose listener was not woken"),
    Job("payments.resolve_unanswered", 60, "payments whose provider call got no answer"),
    Job("payments.ask_provider", 60, "payments whose event never came"),
    Job("matching.allocate_all_due", 15, "counted money that no programme has looked at"),
    Job("matching.expire_reservations", 60, "match held for people who did not go on"),
    Job("funding.expire_contributions", 60, "contributions nobody paid"),
    Job("notifications.send_due", 15, "messages that were written but not sent"),
)
