"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")
application = get_wsgi_application()

# What was loaded stays until the process ends: looking through it again and again costs a request milliseconds.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
