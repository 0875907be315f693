from __future__ import annotations

from django.apps import AppConfig


class MandatesConfig(AppConfig):
    name = "payments.mandates"
    label = "mandates"
