import os

from django.core.wsgi import get_wsgi_application

# The launcher's environment may name the portal's settings: production ones are refused, others replaced.
if "production" in os.environ.get("DJANGO_SETTINGS_MODULE", ""):
    raise SystemExit("The sandbox never starts in production.")
os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"

application = get_wsgi_application()

# Needs the applications loaded, hence here and not above.
from sandbox.sources import later  # noqa: E402 - Django must be set up before a model is imported

later.start()
