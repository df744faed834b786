"""What every API endpoint shares: one page order and one shape of refusal."""

from typing import Any

from rest_framework import status
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from perlinsos.core.errors import DomainError


class ByPrimaryKey(CursorPagination):
    """Keyset pages: the last page of a nation costs what the first one costs."""

    ordering = "pk"
    page_size = 100


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """A domain refusal is 409 with the stable `code` and the message in the caller's language."""
    if isinstance(error, DomainError):
        return Response({"code": error.code, "detail": str(error.message)}, status=status.HTTP_409_CONFLICT)
    return exception_handler(error, context)
