from __future__ import annotations

from django.urls import path

from payments.webhooks import views

app_name = "webhooks"
urlpatterns = [path("stripe/", views.receive, name="receive")]
