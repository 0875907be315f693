"""Counting what happens to alerts, since nothing else of them is kept."""

from __future__ import annotations

from django.db.models import F

from remittances.models import AlertCount


def count(what: AlertCount.What, times: int = 1) -> None:
    """Add to how often something happened."""
    if not times:
        return
    AlertCount.objects.bulk_create([AlertCount(what=what)], ignore_conflicts=True)
    AlertCount.objects.filter(pk=what).update(times=F("times") + times)
