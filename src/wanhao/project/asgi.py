"""The ASGI entry point that uvicorn serves, in each process that serves the pages."""

import gc
import os
import signal
from multiprocessing import parent_process

import django
from django.conf import settings

from wanhao.project.postgres import die_with_parent
from wanhao.project.serving import PageHandler, make_ready

# As many requests of a process as are answered at one moment, each with a thread and a connection
# to the database; others wait their turn.
THREADS = 8
# What a page needs is freed as it goes; to look for circles among all that is loaded, many times a
# second, costs more than they would.
COLLECTED_AFTER = (50_000, 20, 50)

if parent_process() is not None:
    # A worker that outlived its parent would keep the port.
    die_with_parent(signal.SIGTERM)()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wanhao.project.settings")
django.setup(set_prefix=False)
# The threads are kept, and so are their connections.
settings.DATABASES["default"]["CONN_MAX_AGE"] = None
application = PageHandler(THREADS)
make_ready()
gc.freeze()
gc.set_threshold(*COLLECTED_AFTER)
