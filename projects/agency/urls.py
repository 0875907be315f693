from __future__ import annotations

from django.urls import include, path

from projects.agency.views import projects, steps

app_name = "agency"
urlpatterns = [
    path("", projects.home, name="home"),
    path("projects/new/", projects.new, name="new"),
    path("projects/<uuid:project_id>/", projects.project, name="project"),
    path("projects/<uuid:project_id>/edit/", projects.edit, name="edit"),
    path("projects/<uuid:project_id>/submit/", steps.submit, name="submit"),
    path("projects/<uuid:project_id>/withdraw/", steps.withdraw, name="withdraw"),
    path("match/", include("projects.agency.matching.urls")),
]
