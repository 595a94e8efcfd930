"""Settings of the example. What the storage needs is marked; the rest is Django's usual."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


def database(url: str) -> dict[str, object]:
    """A `DATABASES` entry from ``postgresql://…`` or ``sqlite:///file``."""
    at = urlsplit(url)
    if at.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": at.path.removeprefix("/"),
            "OPTIONS": {
                # The storage needs this one: a transaction that reads before it writes must hold the write lock from
                # its start, or SQLite refuses the write as soon as another process has written in between.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # What was committed survives a power failure.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.path.removeprefix("/"),
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": at.hostname,
        "PORT": at.port or 5432,
    }


BASE_DIR = Path(__file__).resolve().parent.parent
DATABASES = {"default": database(os.environ.get("DATABASE_URL", f"sqlite:///{BASE_DIR / 'due.sqlite'}"))}
# The storage needs this one too: a deadline is an instant, not an hour somewhere.
USE_TZ = True
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "fr"

SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-the-example")
DEBUG = "DEBUG" in os.environ
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "vendor.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "due",
    "staff",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
LANGUAGES = [("fr", "français"), ("en", "English")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_TIMEOUT = 30  # seconds: a mail server that does not answer must not hold a worker's lease
DUE_NOTICES_FROM = "due@vendor.example"
DUE_NOTICES_TO = ["paie@cabinet.example"]
