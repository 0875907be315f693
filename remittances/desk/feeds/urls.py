from __future__ import annotations

from django.urls import path

from remittances.desk.feeds import views

urlpatterns = [
    path("", views.index, name="feeds"),
    path("held/<uuid:held_id>/", views.decide, name="held_quote"),
    path("<slug:slug>/", views.feed, name="feed"),
    path("<slug:slug>/switch/", views.switch, name="switch_feed"),
    path("<slug:slug>/read/", views.read_now, name="read_feed"),
]
