"""Django settings. Everything that differs between installations comes from the environment."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext

from config import environment, postgres
from config.secret_key import read_or_make_secret_key

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.read_folder("ROSTER_DATA_DIR", BASE_DIR)

DEBUG = environment.read_flag("ROSTER_DEBUG")
SECRET_KEY = environment.read_text("ROSTER_SECRET_KEY") or read_or_make_secret_key(DATA_DIR)
ALLOWED_HOSTS = environment.read_list("ROSTER_ALLOWED_HOSTS")
PUBLIC_URL = environment.read_text("ROSTER_PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
_HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "profiles_app",
    "cohorts_app",
    "imports_app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "profiles_app.http.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "profiles_app.http.errors.UserFacingErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

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
            ],
            "builtins": ["lucide.templatetags.lucide"],
        },
    }
]

_DATABASE: dict[str, Any] = environment.read_database_url("DATABASE_URL") or postgres.connection_settings(DATA_DIR)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_DATABASE,
        # A thread keeps its connection; a restarted server is noticed before the next request.
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "roster", **_DATABASE.get("OPTIONS", {})},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = environment.read_text("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The columnar side. Memory is DuckDB's own, per process; what does not fit goes to disk.
SEGMENTS_DIR = DATA_DIR / "segments"
QUERY: dict[str, Any] = {
    "seconds": float(environment.read_whole_number("ROSTER_QUERY_SECONDS", least=1, most=600)),
    "memory": f"{environment.read_whole_number('ROSTER_QUERY_MEMORY_MB', least=128, most=1_000_000)}MB",
    "threads": len(os.sched_getaffinity(0)),
}
# A client of a file that takes nothing for so long is gone.
EXPORT: dict[str, Any] = {
    "stall_seconds": environment.read_whole_number("ROSTER_EXPORT_STALL_SECONDS", least=1, most=3600),
}
COMPACTION: dict[str, Any] = {
    "memory": f"{environment.read_whole_number('ROSTER_COMPACTION_MEMORY_MB', least=128, most=1_000_000)}MB",
    "threads": len(os.sched_getaffinity(0)),
}

# CSV files on their way in. Rows and bytes of one; memory is DuckDB's, in the worker.
IMPORTS: dict[str, Any] = {
    "folder": DATA_DIR / "imports",
    "rows": environment.read_whole_number("ROSTER_IMPORT_ROWS", least=1, most=100_000_000),
    "bytes": 2 * 2**30,
    "memory": "512MB",
    # For files of hundreds of columns.
    "memory_of_wide": "1536MB",
    "threads": len(os.sched_getaffinity(0)),
}

AUTH_USER_MODEL = "profiles_app.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# What `manage.py setup` makes on first start, and where it tells people to sign in.
FIRST_START = {
    "email": environment.read_text("ROSTER_ADMIN_EMAIL"),
    "password": environment.read_text("ROSTER_ADMIN_PASSWORD"),
    "token": environment.read_text("ROSTER_PROJECT_TOKEN"),
    "secret": environment.read_text("ROSTER_PROJECT_SECRET"),
}
LISTENS_ON = (environment.read_text("ROSTER_HOST"), environment.read_text("PORT"))

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.fonts.FontFinder",
]
# Static files are served straight from the packages and the tree: no collectstatic step to forget.
WHITENOISE_USE_FINDERS = True

# Uploads go straight to disk, where a rename brings them to their place (imports_app/uploads.py).
FILE_UPLOAD_TEMP_DIR = IMPORTS["folder"] / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

# Ingestion reads bodies itself, with its own limits (profiles_app/ingest/body.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# The mapping of 2,000 columns has a few fields for each; the filter builder has up to twenty for each of a hundred
# conditions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": environment.read_choice("ROSTER_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
    # A refused request is an answer, not an event for the log.
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Compactions are looked for every few seconds; two lines each would hide all else.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "sqlglot": {"level": "WARNING"},
    },
}

# What else the views of the API have in common: profiles_app/api/views.py.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "profiles_app.api.errors.answer_error",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Roster",
    "DESCRIPTION": "Profiles, their events, and the filter language over both.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "PREPROCESSING_HOOKS": ["profiles_app.api.schema.leave_out_twins"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "profiles_app.api.schema.complete",
    ],
}

_BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {}
    if REDIS_URL
    else {
        "data_folder_in": str(_BROKER_DIR / "queue"),
        "data_folder_out": str(_BROKER_DIR / "queue"),
        "control_folder": str(_BROKER_DIR / "control"),
        "processed_folder": str(_BROKER_DIR / "processed"),
        "store_processed": False,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
# A process of the pool that a large compaction has left with more than this (kB) is replaced by a new one.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "make event partitions": {"task": "profiles_app.tasks.make_event_partitions", "schedule": 6 * 3600.0},
    "find compactions": {
        "task": "profiles_app.tasks.find_compactions",
        "schedule": 5.0,
        # Found again five seconds later, if nobody had the time.
        "options": {"expires": 5.0},
    },
    "find import orphans": {
        "task": "imports_app.tasks.find_import_orphans",
        "schedule": 3.0,
        "options": {"expires": 3.0},
    },
    "clear imports": {"task": "imports_app.tasks.clear_imports", "schedule": 3600.0},
    "find lost bulk changes": {
        "task": "profiles_app.tasks.find_lost_bulk_changes",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "trim bulk drafts": {"task": "profiles_app.tasks.trim_bulk_drafts", "schedule": 3600.0},
    "trim logs": {"task": "profiles_app.tasks.trim_logs", "schedule": 24 * 3600.0},
    "trim profile edits": {"task": "profiles_app.tasks.trim_profile_edits", "schedule": 86_400.0},
    "find due sizes": {
        "task": "cohorts_app.tasks.find_due_sizes",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "find lost lists": {
        "task": "cohorts_app.tasks.find_lost_lists",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
    "trim cohorts": {"task": "cohorts_app.tasks.trim_cohorts", "schedule": 24 * 3600.0},
    "trim sign-in failures": {"task": "profiles_app.tasks.trim_sign_in_failures", "schedule": 3600.0},
}
if not REDIS_URL:
    for folder in ("queue", "control", "processed"):
        (_BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
