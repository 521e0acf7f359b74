"""How gunicorn serves the site in production: `gunicorn marketplace.asgi:app` reads this file by itself.

The pages alone, whose windows then ask for news: `gunicorn --worker-class gthread wsgi:app`.
"""

import os
import sys

from config import KEEPALIVE_SECONDS, SettingError, load_settings

try:
    settings = load_settings(os.environ)
except SettingError as error:
    sys.exit(f"The site cannot start: {error}")

bind = f"0.0.0.0:{settings['PORT']}"
workers = settings["WEB_WORKERS"]
worker_class = "marketplace.live.serving.LiveWorker"
# For pages alone; with live connections the application makes its threads itself.
threads = settings["WEB_THREADS"]
timeout = 30
graceful_timeout = 20
keepalive = KEEPALIVE_SECONDS
# The workers' heartbeat must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# The application writes a line per request itself, and counts the proxies it trusts in PROXY_HOPS.
accesslog = None
errorlog = "-"
loglevel = settings["LOG_LEVEL"].lower()
control_socket_disable = True
