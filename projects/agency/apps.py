from __future__ import annotations

from django.apps import AppConfig


class AgencyConfig(AppConfig):
    name = "projects.agency"
    label = "agency"
