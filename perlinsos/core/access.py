"""One refusal for HTML, API and agents: `can_*` verbs are enforced inside services."""

from django.core.exceptions import PermissionDenied


def ensure(allowed: bool) -> None:
    """Raise PermissionDenied unless `allowed`; the argument is a `permissions.can_*` answer."""
    if not allowed:
        raise PermissionDenied
