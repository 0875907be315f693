"""How Celery is set up. The database says what is due; the queue only wakes the worker."""

from __future__ import annotations

from django.conf import settings

broker_url = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
broker_transport_options: dict[str, object] = {}
if broker_url.startswith("filesystem"):
    _folder = settings.CELERY_QUEUE_DIRECTORY
    for _name in ("messages", "control", "processed"):
        (_folder / _name).mkdir(parents=True, exist_ok=True)
    broker_transport_options = {
        "data_folder_in": str(_folder / "messages"),
        "data_folder_out": str(_folder / "messages"),
        "control_folder": str(_folder / "control"),
        "processed_folder": str(_folder / "processed"),
        "store_processed": False,
        "polling_interval": 0.2,  # Seconds between looks; a person waits for some of the work.
    }
else:
    broker_transport_options = {"socket_timeout": 5, "socket_connect_timeout": 5}
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
task_serializer = "json"
accept_content = ["json"]
task_time_limit = 300
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_send_task_events = False
timezone = "UTC"
beat_schedule_filename = str(settings.VAR / "beat")
