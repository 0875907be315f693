"""The sectors a project can belong to, with names people read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    AGRICULTURE = "agriculture", _("Farming")
    FOOD = "food", _("Food and baking")
    FISHERIES = "fisheries", _("Fishing")
    CRAFTS = "crafts", _("Crafts and textiles")
    MANUFACTURING = "manufacturing", _("Workshops and making")
    TRANSPORT = "transport", _("Transport")
    ENERGY = "energy", _("Energy")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    WATER = "water", _("Water and sanitation")
    CULTURE = "culture", _("Libraries and culture")
