from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "apps.config"
    label = "config"

    def ready(self) -> None:
        """Tasks are sent by every process, so every process knows the queue."""
        from apps.config import celery  # noqa: F401
