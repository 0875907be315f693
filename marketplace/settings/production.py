"""The real thing: behind TLS, with services, and never with the payment sandbox."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from marketplace.settings.base import *  # noqa: F403
from marketplace.settings.base import (
    DATABASE_IS_EMBEDDED,
    SANDBOX_IN_USE,
    STORAGES,
    STRIPE_API_BASE,
    env,
)

WEFT_MODE = "production"
DEBUG = False
COMPRESS_EDITING_FILES = True

_missing = [
    name
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "STRIPE_WEBHOOK_SECRET", "EMAIL_URL")
    if not env.str(name, "")
]
if DATABASE_IS_EMBEDDED:
    _missing.append("DATABASE_URL")
if SANDBOX_IN_USE:
    _missing.append("STRIPE_API_KEY")
if _missing:
    raise ImproperlyConfigured(f"WEFT_MODE=production needs {', '.join(_missing)}.")
if STRIPE_API_BASE != "https://api.stripe.com":
    msg = "WEFT_MODE=production takes payments from the provider only: unset STRIPE_API_BASE."
    raise ImproperlyConfigured(msg)

STRIPE_LIVEMODE = env.bool("STRIPE_LIVEMODE", default=True)
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if bucket := env.str("MEDIA_BUCKET", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": bucket, "querystring_auth": True, "default_acl": None},
    }
