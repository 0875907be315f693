from __future__ import annotations

from django.urls import include, path

from remittances.desk import files, names, overview, providers

app_name = "prices"

urlpatterns = [
    path("", overview.home, name="home"),
    path("files/", files.index, name="files"),
    path("files/<uuid:file_id>/", files.progress, name="file"),
    path("files/<uuid:file_id>/publish/", files.publish, name="publish_file"),
    path("files/<uuid:file_id>/refuse/", files.refuse, name="refuse_file"),
    path("files/<uuid:file_id>/flags.csv", files.flags_table, name="file_flags"),
    path("reports/<uuid:dataset_id>/", files.report, name="report"),
    path("reports/<uuid:dataset_id>.csv", files.report_table, name="report_csv"),
    path("names/", names.index, name="names"),
    path("names/<uuid:proposal_id>/", names.decide, name="decide"),
    path("entries/", include("remittances.desk.entries.urls")),
    path("feeds/", include("remittances.desk.feeds.urls")),
    path("rates/", include("remittances.desk.rates.urls")),
    path("providers/", providers.index, name="providers"),
    path("providers/<slug:slug>/", providers.edit, name="provider"),
]
