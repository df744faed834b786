"""What the views share."""

from django.utils.http import url_has_allowed_host_and_scheme


def local_path(wanted: str, otherwise: str) -> str:
    """`wanted` if it is a path of this portal, else `otherwise`: nobody is sent to another site from here."""
    is_path = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_path else otherwise
