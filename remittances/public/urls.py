from __future__ import annotations

from django.urls import path

from remittances.public import costs, embed, open_data, requirements

urlpatterns = [
    path("data/", open_data.datasets, name="data"),
    path("data/who-pays/", open_data.who_pays, name="who_pays"),
    path("data/requirements/", requirements.page, name="requirements"),
    path("data/requirements.json", requirements.document, name="requirements_json"),
    path("data/costs/", costs.world, name="costs"),
    path("data/costs/corridors.csv", costs.world_csv, name="costs_csv"),
    path("data/costs/<str:iso3>/", costs.country, name="country_costs"),
    path("data/costs/<str:iso3>/costs.csv", costs.country_csv, name="country_costs_csv"),
    path("data/costs/<str:iso3>/chart.svg", costs.country_svg, name="country_costs_svg"),
    path("data/widget/", embed.snippet, name="widget"),
    path("embed/<str:origin>/<str:destination>/", embed.widget, name="embed"),
]
