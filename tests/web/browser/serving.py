"""The product as the browser tests start it: tasks at once, quick passwords. What the tests are about is the pages."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")

from django.conf import settings

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.CELERY_TASK_ALWAYS_EAGER = True
settings.CELERY_TASK_EAGER_PROPAGATES = True

from apps.config.wsgi import application  # noqa: E402 - the settings come first

__all__ = ["application"]
