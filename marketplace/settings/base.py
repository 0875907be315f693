"""Settings that every mode shares. What differs by machine comes from the environment."""

from __future__ import annotations

from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from marketplace import embedded
from marketplace.settings.applications import *  # noqa: F403
from marketplace.settings.environment import *  # noqa: F403
from marketplace.settings.environment import BASE_DIR, SANDBOX_PORT, SITE_URL, VAR, env, kept_secret
from marketplace.settings.observing import *  # noqa: F403

NO_MAIL_SCHEME = "EMAIL_URL: write it as submission://user:password@host:587."

# --- Database: the application's role, and the owner for migrations only ------------------------
_carried = embedded.server(VAR)
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_IS_EMBEDDED = not DATABASE_URL
DATABASE_URL = DATABASE_URL or _carried.url()
DATABASE_ADMIN_URL = env.str("DATABASE_ADMIN_URL", "") or (
    _carried.url(role=embedded.OWNER) if DATABASE_IS_EMBEDDED else ""
)
_address = dj_database_url.parse(DATABASE_URL)
DATABASE_OPTIONS: dict[str, object] = {
    **_address.get("OPTIONS", {}),
    "options": "-c lock_timeout=5s",
    "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
}
DATABASES = {"default": {**_address, "OPTIONS": DATABASE_OPTIONS}}
DATABASE_APP_ROLE = str(_address["USER"])

# --- People --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "marketplace.sign_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "marketplace.accounts.forms.LoginForm",
    "signup": "marketplace.accounts.forms.SignupForm",
    "add_email": "marketplace.accounts.forms.AddEmailForm",
    "change_password": "marketplace.accounts.forms.ChangePasswordForm",
    "reset_password": "marketplace.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "marketplace.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "marketplace.accounts.forms.PasswordAgainForm",
    "request_login_code": "marketplace.accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "marketplace.accounts.forms.ConfirmLoginCodeForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Weft] "
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("ALLAUTH_TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "marketplace.sign_in.FactorAdapter"
MFA_FORMS = {
    "authenticate": "marketplace.accounts.forms.CodeForm",
    "reauthenticate": "marketplace.accounts.forms.CodeAgainForm",
    "activate_totp": "marketplace.accounts.forms.FirstCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Weft"

# --- Payments ------------------------------------------------------------------------------------
STRIPE_API_KEY = env.str("STRIPE_API_KEY", "")
SANDBOX_IN_USE = not STRIPE_API_KEY
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "") or (
    SANDBOX_URL if SANDBOX_IN_USE else "https://api.stripe.com"
)
STRIPE_API_KEY = STRIPE_API_KEY or "sk_test_sandbox"
STRIPE_WEBHOOK_SECRETS = [
    secret.strip()
    for secret in kept_secret("STRIPE_WEBHOOK_SECRET", prefix="whsec_").split(",")
    if secret.strip()
]
STRIPE_ACCOUNT = env.str("STRIPE_ACCOUNT", "")
STRIPE_LIVEMODE = env.bool("STRIPE_LIVEMODE", default=False)
# Above this two people approve a payout; of a currency that is not named, every one is above it.
PAYOUT_SECOND_ABOVE = env.dict("PAYOUT_SECOND_ABOVE", {}, subcast_values=int) or dict.fromkeys(
    ("CAD", "CHF", "EUR", "GBP", "USD"), 5_000_00
)

# --- Work ----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or "filesystem://"
CELERY_QUEUE_DIRECTORY = VAR / "queue"  # Used by the filesystem broker alone.

# Hosts that feeds of prices may be read from over TLS; `host:port` without it, in demonstrations.
PRICE_FEED_HOSTS: list[str] = env.list("PRICE_FEED_HOSTS", [])
PRICE_FEED_LOCAL_HOSTS: list[str] = []

CACHE_URL = env.str("CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
    }
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR / "cache"),
    },
    # Drawn parts of public pages: in memory, and apart from the counters that limits stand on.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
PUBLIC_PAGE_SECONDS = 2  # How long a project's page may be shown again as it was drawn.

# --- Messages to people --------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", "")
if EMAIL_URL:
    _mail = dj_email_url.parse(EMAIL_URL)
    if "EMAIL_BACKEND" not in _mail:
        raise ImproperlyConfigured(NO_MAIL_SCHEME)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Weft <no-reply@weft.example>")

# --- Languages and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "marketplace" / "locale"]
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = env.str("MEDIA_URL", "") or "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "marketplace.storage.BundlingStorage"},
}

WHITENOISE_KEEP_ONLY_HASHED_FILES = True
COMPRESS_EDITING_FILES = False  # It takes half a minute, which a demonstration need not wait.

# --- Editing -------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Weft"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False  # All of this is under /accounts/, behind the factor.
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None

# --- Safety --------------------------------------------------------------------------------------
SECRET_KEY = kept_secret("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "marketplace.views.csrf_failed"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
BODY_LIMIT_BYTES = 1024 * 1024
RECEIPT_RATE = env.str("RECEIPT_RATE", "") or "30/m"  # Receipt numbers an address may try.
ALERT_RATE = env.str("ALERT_RATE", "") or "20/h"  # Price alerts an address may ask or confirm.
API_RATE = env.str("API_RATE", "") or "600/m"  # Requests an address may make.
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, STRIPE_API_BASE, "https://checkout.stripe.com"],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")
}
