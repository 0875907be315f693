"""Logs, errors and figures: one JSON line an event, everything else off without configuration."""

from __future__ import annotations

import sentry_sdk
import structlog

from marketplace.logs import cut_quoted_rows, mask_keys
from marketplace.settings.environment import env

LOG_CHAIN = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    cut_quoted_rows,
    mask_keys,
)
structlog.configure(
    processors=[*LOG_CHAIN, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
if sentry_dsn := env.str("SENTRY_DSN", ""):
    sentry_sdk.init(sentry_dsn, send_default_pii=False, max_request_body_size="never")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # Without one, /metrics answers this machine alone.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": LOG_CHAIN,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        name: {"level": "WARNING"} for name in ("django.tasks", "django_tasks", "wagtail", "stripe")
    },
}
