"""The agents' door to the form: the family's own pages, below /agen/keluarga/."""

from django.urls import reverse

from agents import services
from enrollment.answers import FamilyAnswers
from enrollment.models import Application
from enrollment.views.doors import Door
from perlinsos.accounts.models import User


class AgentDoor(Door):
    frame = "agents/frame.html"

    def step(self, step: str) -> str:
        return reverse("assisted-step", args=[self.application.public_id, step])

    @property
    def village(self) -> str:
        return self._address("assisted-village")

    @property
    def typed(self) -> str:
        return self._address("assisted-family-typed")

    @property
    def receipt(self) -> str:
        return self._address("assisted-receipt")

    @property
    def face_visit(self) -> str:
        """Where the face is compared with the KTP, while the family still sits there; empty when nobody need."""
        check = self.application.face_checks.for_visit(self.application.assisted_by).first()
        return "" if check is None else reverse("face-visit", args=[check.public_id])

    @property
    def outside(self) -> str:
        return reverse("agent-home")

    def confirm_family(self, application: Application, *, answers: FamilyAnswers, by: User) -> Application:
        return services.confirm_family(application, answers=answers, by=by)

    def submit(self, application: Application, *, by: User) -> Application:
        return services.finish_visit(application, by=by)

    def _address(self, name: str) -> str:
        return reverse(name, args=[self.application.public_id])
