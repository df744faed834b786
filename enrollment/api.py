"""Sign-up status for other systems (role `system`), within their area."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView

from enrollment.models import Application
from enrollment.models.applications import ApplicationQuerySet
from enrollment.serializers import ApplicationStatusSerializer


class _Received(GenericAPIView[Application]):
    """Received applications the caller may see; a draft is nobody's business yet."""

    serializer_class = ApplicationStatusSerializer

    def get_queryset(self) -> ApplicationQuerySet:
        return Application.objects.visible_to(self.request.user).received()


@extend_schema_view(get=extend_schema(summary="Applications received in the area of the caller", tags=["applications"]))
class ApplicationList(_Received, ListAPIView[Application]):
    pass


@extend_schema_view(get=extend_schema(summary="Where one application stands", tags=["applications"]))
class ApplicationStatus(_Received, RetrieveAPIView[Application]):
    lookup_field = "reference"
