from __future__ import annotations

from django.apps import AppConfig


class VettingConfig(AppConfig):
    name = "projects.vetting"
    label = "vetting"
