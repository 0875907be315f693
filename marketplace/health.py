"""Is the process up, and is the site ready for people?"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from kombu.exceptions import OperationalError

from marketplace import backlog
from payments.reconciliation import selectors as reconciliation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest

LATE = timedelta(minutes=5)
HTTP_UNAVAILABLE = 503


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer that the process is up. Asks nothing of anybody else."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say, part by part, whether the site can serve people now."""
    parts: dict[str, Callable[[], str]] = {
        "database": _database,
        "queue": _queue,
        "migrations": _migrations,
        "reconciliation": _reconciliation,
        "due_work": _due_work,
    }
    checks = {}
    for name, look in parts.items():
        try:
            checks[name] = look()
        except (DatabaseError, OperationalError, OSError) as error:
            checks[name] = f"{type(error).__name__}"
    is_ready = all(found == "ok" for found in checks.values())
    return JsonResponse(
        {"ok": is_ready, "checks": checks}, status=200 if is_ready else HTTP_UNAVAILABLE
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to this machine, or to whoever knows the token."""
    if not _may_read_metrics(request):
        raise Http404
    exported: HttpResponse = ExportToDjangoView(request)
    exported.content += _figures_of_work().encode()
    return exported


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say where to report a weakness (RFC 9116)."""
    expires = (timezone.now() + timedelta(days=180)).date().isoformat()
    lines = (
        "Contact: mailto:security@weft.example",
        f"Expires: {expires}T00:00:00Z",
        "Preferred-Languages: en, ar, fr, es",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    )
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Ask crawlers to leave alone what is one person's or costs work to answer."""
    closed = (
        "/admin/",
        "/django-admin/",
        "/*/give/",
        "/*/receipts/",
        "/*/accounts/",
        "/*/agency/",
        "/*/prices/",
        "/*/send/alerts/",
    )
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in closed), "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _queue() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    owed = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(owed)} to apply" if owed else "ok"


def _reconciliation() -> str:
    """Say when the books were last compared with the provider's, if that should be done again."""
    if (due := reconciliation.overdue_since(now=timezone.now())) is None:
        return "ok"
    last = reconciliation.latest()
    done = f"last done {last.at.isoformat()}" if last else "never done"
    return f"{done}, due since {due.isoformat()}"


def _due_work() -> str:
    now = timezone.now()
    late = [
        f"{job} waiting since {since.isoformat()}"
        for job, since in backlog.waiting_since(now=now).items()
        if now - since >= LATE
    ]
    return ", ".join(late) or "ok"


def _figures_of_work() -> str:
    """Return the backlog in Prometheus' text form."""
    now = timezone.now()
    waiting = backlog.waiting_since(now=now)
    lines = ["# TYPE weft_due_work_seconds gauge"]
    lines += [
        f'weft_due_work_seconds{{job="{job}"}} {int((now - since).total_seconds())}'
        for job, since in waiting.items()
    ]
    lines.append("# TYPE weft_needing_a_person gauge")
    lines += [
        f'weft_needing_a_person{{kind="{kind}"}} {count}'
        for kind, count in backlog.needing_a_person(now=now).items()
    ]
    return "\n".join([*lines, *_figures_of_reconciliation(now), ""])


def _figures_of_reconciliation(now: datetime) -> list[str]:
    """Return how old the last comparison is, if there was one, and for how long one is overdue."""
    lines = ["# TYPE weft_reconciliation_age_seconds gauge"]
    if last := reconciliation.latest():
        lines.append(f"weft_reconciliation_age_seconds {int((now - last.at).total_seconds())}")
    due = reconciliation.overdue_since(now=now)
    overdue = int((now - due).total_seconds()) if due else 0
    return [
        *lines,
        "# TYPE weft_reconciliation_overdue_seconds gauge",
        f"weft_reconciliation_overdue_seconds {overdue}",
    ]


def _may_read_metrics(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    is_forwarded = "HTTP_X_FORWARDED_FOR" in request.META
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104  Nobody, not a place.
    return not is_forwarded and ipaddress.ip_address(address).is_loopback
