from __future__ import annotations

from django.urls import path

from remittances.desk.rates import views

urlpatterns = [
    path("", views.index, name="rates"),
    path("<uuid:proposal_id>/publish/", views.publish, name="publish_rate"),
    path("<uuid:proposal_id>/decline/", views.decline, name="decline_rate"),
]
