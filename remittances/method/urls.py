from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from remittances.method import views

urlpatterns = [
    path("", views.methodology, name="methodology"),
    path("changes/", views.changes, name="changes"),
    path("changes/feed.atom", require_safe(views.ChangesFeed()), name="changes_feed"),
]
