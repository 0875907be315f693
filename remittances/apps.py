from __future__ import annotations

from django.apps import AppConfig


class RemittancesConfig(AppConfig):
    name = "remittances"
    label = "remittances"
