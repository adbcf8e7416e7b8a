"""The ASGI entry point that uvicorn serves, in each process that serves the pages."""

import os
import signal
import warnings
from multiprocessing import parent_process

from django.conf import settings
from django.core.asgi import get_asgi_application

from wanhao.project.postgres import die_with_parent

# As many requests of a process as use the database at one moment; others wait their turn.
CONNECTIONS = 8
WAIT_SECONDS = 15.0
# WhiteNoise hands Django plain file iterators; they are small files and come from memory.
STATIC_FILES_WARNING = "StreamingHttpResponse must consume synchronous iterators"

if parent_process() is not None:
    # A worker that outlived its parent would keep the port.
    die_with_parent(signal.SIGTERM)()
warnings.filterwarnings("ignore", message=STATIC_FILES_WARNING)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wanhao.project.settings")
application = get_asgi_application()
# Each request has a thread of its own, which would open a connection of its own, and a crowd of
# them more than the database has. Only the pages share some: other processes hold locks that last
# as long as their connection.
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
settings.DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": CONNECTIONS,
    "timeout": WAIT_SECONDS,
}
