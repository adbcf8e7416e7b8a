"""Django's settings, the only place that has any. Values come from `env.py`."""

import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from wanhao.billing.bills.contracts import Letterhead
from wanhao.project.env import REMEDY, environment
from wanhao.project.postgres import embedded_url
from wanhao.values.errors import WanhaoError

ENV = environment()
# So often a connection sends a question of `prepared` anew before its plan is kept.
PREPARED_FROM = 2


def _secret_key(folder: Path) -> str:
    kept = folder / "secret-key"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_urlsafe(48))
        kept.chmod(0o600)
    return kept.read_text()


def _database() -> dict[str, Any]:
    url = ENV.database_url or embedded_url(ENV.data)
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise WanhaoError(f"DATABASE_URL is wrong: {str(error).strip()}.", REMEDY) from None
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    given = {key: value for key, value in parts.items() if key not in known and value}
    options = {**given, "prepare_threshold": PREPARED_FROM}
    found = {name: str(parts[key]) for key, name in known.items() if parts.get(key)}
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **found}


def _folder_of(package: str) -> Path:
    """Where an installed package is, which is not loaded for that."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise WanhaoError(f"The Python package of {package} is missing.", "Run: make")
    return Path(found.origin).parent


SECRET_KEY = ENV.secret_key or _secret_key(ENV.data)
DEBUG = False
DEMO = ENV.demo
METRICS_TOKEN = ENV.metrics_token
SMS_SIGN_OFF = ENV.sms_sign_off
LETTERHEAD = Letterhead(name_zh=ENV.operator_name_zh, name_en=ENV.operator_name_en)
ALLOWED_HOSTS = ENV.allowed_hosts
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "wanhao_access.Login"

INSTALLED_APPS = [
    "wanhao.project.admin_config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "wanhao.access",
    "wanhao.staff",
    "wanhao.promises",
    "wanhao.parties",
    "wanhao.products",
    "wanhao.billing",
    "wanhao.loyalty",
    "wanhao.usage",
    "wanhao.communications",
    "wanhao.menu",
    "wanhao.network",
    "wanhao.outlets",
    "wanhao.pages",
    "wanhao.project",
    # Last, so that our words and pages come before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "wanhao.pages.design.delivering.Compressing",
    "wanhao.pages.design.delivering.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wanhao.pages.hall.keeping.tell_worker",
    "wanhao.pages.design.missing.Unreadable",
]
ROOT_URLCONF = "wanhao.project.urls"
ASGI_APPLICATION = "wanhao.project.asgi.application"
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
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "wanhao.pages.design.static_addresses.VersionedStorage"},
}
# Only its files: the package's app would look for the libraries of geography at every start.
STATICFILES_DIRS = [("leaflet", _folder_of("leaflet") / "static" / "leaflet")]
WHITENOISE_USE_FINDERS = True
MAP_TILES, MAP_CREDIT = ENV.map_tiles, ENV.map_credit
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "wanhao_access_sharedentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Sessions: cookies of browsers that reach us by https are sent by https only.
SESSION_ENGINE = "wanhao.access.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.hall_url.startswith("https://")
CSRF_FAILURE_VIEW = "wanhao.pages.terminal.guests.stale"
HALL_URL = ENV.hall_url
LOGIN_URL = "staff-sign-in"
LOGIN_REDIRECT_URL = "operations"
AUTHENTICATION_BACKENDS = ["wanhao.access.login_backend.LoginBackend"]
ACCOUNT_ADAPTER = "wanhao.pages.staff.adapters.StaffAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
]
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "30/m/ip,5/15m/key"}
MFA_ADAPTER = "wanhao.pages.staff.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = ENV.operator_name_zh
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
