"""What a process has loaded from which meters are forked, so that hundreds of them start quickly.

Only libraries that know nothing of settings: each meter reads its own environment.
"""

from importlib import import_module

LIBRARIES = (
    "numpy",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.parquet",
    "psycopg",
    "click",
    "rich.console",
    "rich.table",
    "httpx",
    "uvicorn",
    "whitenoise.middleware",
    "pydantic_settings",
    "reportlab.platypus",
    "smpplib.smpp",
    "prometheus_client",
    "django.db.models",
    "django.contrib.postgres.fields",
    "django.db.backends.postgresql.base",
    "django.http",
    "django.urls",
    "django.template.backends.django",
    "django.core.management",
)

for library in LIBRARIES:
    import_module(library)
