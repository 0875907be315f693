from __future__ import annotations

from django.urls import include, path

from remittances import views

app_name = "remittances"

urlpatterns = [
    path("", include("remittances.public.urls")),
    path("send/", views.send, name="send"),
    path("send/alerts/", include("remittances.alerts.urls")),
    path("send/methodology/", include("remittances.method.urls")),
    path("send/providers/", views.provider_list, name="providers"),
    path("send/providers/<slug:slug>/", views.provider, name="provider"),
    path("send/<str:origin>/<str:destination>/about/", views.about, name="about"),
    path("send/<str:origin>/<str:destination>/", views.corridor, name="corridor"),
]
