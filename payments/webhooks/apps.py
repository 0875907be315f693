from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "payments.webhooks"
    label = "webhooks"
