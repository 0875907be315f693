"""Every address of the site, in the order it is tried."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from marketplace import health, sign_in, views
from marketplace.api import api

CHANGE_PASSWORD = "account_change_password"  # noqa: S105  The name of a page.

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.enter, name="enter"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/security.txt", health.security_txt, name="security_txt"),
    path("robots.txt", health.robots_txt, name="robots_txt"),
    path("api/v1/", api.urls),
    path("payments/webhooks/", include("payments.webhooks.urls")),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("django-admin/login/", sign_in.to_sign_in),
    path("django-admin/password_change/", RedirectView.as_view(pattern_name=CHANGE_PASSWORD)),
    path("django-admin/", admin.site.urls),
    path("admin/login/", sign_in.to_sign_in),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *i18n_patterns(
        path("accounts/", include("allauth.urls")),
        path("agency/", include("projects.agency.urls")),
        path("finance/", include("payments.console.urls")),
        path("prices/", include("remittances.desk.urls")),
        path("", include("projects.public.urls")),
        path("", include("remittances.urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=True,
    ),
]
if settings.WEFT_MODE == "demo":  # In production a web server or a bucket gives the images.
    images = {"document_root": settings.MEDIA_ROOT / "images"}
    urlpatterns.insert(0, path("media/images/<path:path>", serve, images))

handler400 = "marketplace.views.bad_request"
handler403 = "marketplace.views.permission_denied"
handler404 = "marketplace.views.not_found"
handler500 = "marketplace.views.server_error"
