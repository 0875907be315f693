"""Every address of the site, in the order it is tried."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from marketplace import health, sign_in

CHANGE_PASSWORD = "account_change_password"  # noqa: S105  The name of a page.


def _built(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/security.txt", health.security_txt, name="security_txt"),
    path("django-admin/login/", sign_in.to_sign_in),
    path("django-admin/password_change/", RedirectView.as_view(pattern_name=CHANGE_PASSWORD)),
    path("django-admin/", admin.site.urls),
    path("admin/login/", sign_in.to_sign_in),
    path("admin/", include(wagtailadmin_urls)),
]
if _built("projects.api.routers") and _built("remittances.api"):
    from marketplace.api import api

    urlpatterns.append(path("api/v1/", api.urls))
if _built("payments.webhooks.urls"):
    urlpatterns.append(path("payments/webhooks/", include("payments.webhooks.urls")))
if _built("marketplace.views"):
    from marketplace import views

    urlpatterns.append(path("", views.enter, name="enter"))
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))

localised: list[URLPattern | URLResolver] = [path("accounts/", include("allauth.urls"))]
for _prefix, _module in (
    ("", "projects.public.urls"),
    ("agency/", "projects.agency.urls"),
    ("", "remittances.urls"),
):
    if _built(_module):
        localised.append(path(_prefix, include(_module)))
urlpatterns += i18n_patterns(
    *localised, path("", include(wagtail_urls)), prefix_default_language=True
)

handler400 = "marketplace.views.bad_request"
handler403 = "marketplace.views.permission_denied"
handler404 = "marketplace.views.not_found"
handler500 = "marketplace.views.server_error"
