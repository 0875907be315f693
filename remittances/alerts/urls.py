from __future__ import annotations

from django.urls import path

from remittances.alerts import views

urlpatterns = [
    path("", views.ask, name="alert"),
    path("code/<str:token>/", views.code, name="alert_code"),
    path("confirm/<str:token>/", views.confirm, name="alert_confirm"),
    path("stop/<str:token>/", views.stop, name="alert_stop"),
]
