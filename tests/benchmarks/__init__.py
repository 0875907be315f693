"""Benchmarks. They run outside pytest, so this package sets Django up for them."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
django.setup()
