from __future__ import annotations

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        """Tell payments and the rooms who listens to what."""
        from marketplace import celery, wiring  # noqa: F401, PLC0415  Models must be loaded first.

        wiring.connect()
