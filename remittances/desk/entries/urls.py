from __future__ import annotations

from django.urls import path

from remittances.desk.entries import views

urlpatterns = [
    path("", views.index, name="entries"),
    path("new/", views.write, name="new_entry"),
    path("<uuid:entry_id>/", views.entry, name="entry"),
    path("<uuid:entry_id>/change/", views.write, name="change_entry"),
    path("<uuid:entry_id>/evidence/", views.evidence, name="evidence"),
    path("<uuid:entry_id>/send/", views.send, name="send_entry"),
    path("<uuid:entry_id>/take-back/", views.take_back, name="take_back_entry"),
    path("<uuid:entry_id>/publish/", views.publish, name="publish_entry"),
    path("<uuid:entry_id>/decline/", views.decline, name="decline_entry"),
]
