"""Django's settings. What an installation may choose comes from the environment: see `environment.py`."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from apps.config import environment
from apps.config.embedded import APP, OWNER, EmbeddedServer, EmbeddedServerError

BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"

# The installation ---------------------------------------------------------------------------------------------------

WEIGHBRIDGE_HOME = environment.home()
HOST = environment.value("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, lowest=1, highest=65535)
BASE_URL = environment.value("WEIGHBRIDGE_BASE_URL", f"http://{HOST}:{PORT}").rstrip("/")
LOCAL = environment.flag("WEIGHBRIDGE_DEBUG", default=True)
"""On one's own machine: the key is made when absent, static files are served from where they lie."""
DEBUG = False
"""Django's own switch stays off: error pages never show code or settings to anybody, the log has them."""
SECRET_KEY = environment.secret_key(WEIGHBRIDGE_HOME, debug=LOCAL)
ALLOWED_HOSTS = [
    *(host.strip() for host in environment.value("WEIGHBRIDGE_ALLOWED_HOSTS", f"{HOST},localhost").split(",")),
    "127.0.0.1",  # where the health check of a container asks, whatever the outside calls the installation
]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

# Rooms, from the ground up ------------------------------------------------------------------------------------------

ROOMS = [
    "apps.core",
    "apps.accounts",
    "apps.audit",
    "apps.places",
    "apps.facts",
    "apps.parties",
    "apps.licences",
    "apps.sanctions",
    "apps.registry",
    "apps.imports",
    "apps.policy",
    "apps.findings",
    "apps.reviews",
    "apps.reports",
    "apps.exports",
    "apps.notices",
    "apps.gate",
    "apps.web",
    "apps.api",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    *ROOMS,
    "apps.config",
]
MIDDLEWARE = [
    "apps.web.middleware.RequestId",
    "apps.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.web.middleware.Preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.web.middleware.Errors",
]
ROOT_URLCONF = "apps.config.urls"
WSGI_APPLICATION = "apps.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.context.shell",
            ],
        },
    },
]

# Database -----------------------------------------------------------------------------------------------------------


def _databases() -> dict[str, dict[str, Any]]:
    url = environment.value("DATABASE_URL")
    if url:
        owner = environment.value("DATABASE_OWNER_URL", url)
    else:
        server = EmbeddedServer(WEIGHBRIDGE_HOME)
        try:
            url, owner = server.dsn(APP), server.dsn(OWNER)
        except EmbeddedServerError:
            # Before the first start: commands that need no database work, the others say that nobody answers.
            url = owner = "postgresql://weighbridge_app@127.0.0.1:1/weighbridge"
    return {
        "default": environment.database("DATABASE_URL", url),
        "owner": environment.database("DATABASE_OWNER_URL", owner) | {"CONN_MAX_AGE": 0, "TEST": {"MIRROR": "default"}},
    }


DATABASES = _databases()

# People -------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.EmailBackend"]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "apps.web.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31536000 if SESSION_COOKIE_SECURE else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether subdomains and browsers' lists are bound too is for the owner of the domain to decide
    "security.W021",
    "security.W008",  # TLS ends at the proxy, which also redirects
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("WEIGHBRIDGE_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Languages and time -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.value("WEIGHBRIDGE_TIME_ZONE", "UTC")
LANGUAGE_COOKIE_NAME = "wb_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Files --------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if LOCAL else WEIGHBRIDGE_HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": WEIGHBRIDGE_HOME / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# Mail ---------------------------------------------------------------------------------------------------------------

EMAIL_URL = environment.value("EMAIL_URL")
EMAIL_LOCAL = not EMAIL_URL
"""Without a mail server messages are kept in the outbox and shown on its page."""
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = environment.value("EMAIL_FROM", "weighbridge@localhost")
if EMAIL_URL:
    globals().update(environment.smtp(EMAIL_URL))

# Going out ----------------------------------------------------------------------------------------------------------

HUB_URL = environment.base_address("WEIGHBRIDGE_HUB_URL", "https://huggingface.co")
"""The hub from which cards are fetched by their identifier; empty: nothing is ever fetched."""
LISTS = environment.flag("WEIGHBRIDGE_LISTS", default=False)
"""Whether lists are fetched from their authorities, by schedule and by button; otherwise people upload them."""

# REST ---------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.authentication.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.api.schema.Operations",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "apps.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Weighbridge",
    "DESCRIPTION": "The inspection station for AI models: register, verdicts, gate, evidence.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "apps.api.schema.complete"],
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "DecisionEnum": "apps.policy.models.Decision",
        "EnvironmentEnum": "apps.registry.models.Environment",
        "GateEffectEnum": "apps.policy.models.GateEffect",
        "ImportKindEnum": "apps.imports.models.Import.Kind",
        "LicenceOutcomeEnum": "apps.licences.judging.OUTCOME_CHOICES",
        "MeasureEnum": "apps.sanctions.words.MEASURE_CHOICES",
        "ModelKindEnum": "apps.registry.models.Model.Kind",
        "OutcomeEnum": "apps.policy.models.Outcome",
        "PartyKindEnum": "apps.parties.models.Party.Kind",
        "PartyNameKindEnum": "apps.parties.models.PartyName.Kind",
        "ExportSubjectEnum": "apps.exports.models.Export.Subject",
        "QualityEnum": "apps.facts.models.Quality",
        "ReportStateEnum": "apps.reports.models.Report.State",
        "ReportKindEnum": "apps.reports.models.Report.Kind",
        "RestrictionEventStatusEnum": "apps.sanctions.models.RestrictionEvent.Status",
        "ScreeningStateEnum": "apps.sanctions.models.ScreeningRun.State",
        "SignerKindEnum": "apps.registry.verification_records.TrustedSigner.Kind",
        "StateEnum": "apps.facts.models.State",
        "UserKindEnum": "apps.accounts.models.User.Kind",
        "VerificationKindEnum": "apps.registry.verification_records.Verification.Kind",
    },
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

# Celery -------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = environment.value("CELERY_BROKER_URL")

# Log ----------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"requests": {"()": "apps.core.logs.RequestNumbers"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["requests"]}},
    "root": {"handlers": ["console"], "level": environment.value("WEIGHBRIDGE_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},  # Django's own handler would say everything twice
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

if environment.flag("WEIGHBRIDGE_DEMO", default=False) and environment.value("DATABASE_URL") and not LOCAL:
    raise ImproperlyConfigured("WEIGHBRIDGE_DEMO=1 loads a fictional company; it needs WEIGHBRIDGE_DEBUG=1.")
