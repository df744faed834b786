"""By which door somebody comes to the form. The pages are the same; where they lead is the door's."""

from django.urls import reverse

from enrollment import services
from enrollment.answers import FamilyAnswers
from enrollment.enums import Step
from enrollment.models import Application
from perlinsos.accounts.models import User


class Door:
    """A citizen's own: the addresses below /daftar/. An agent's is `agents.doors.AgentDoor`.

    `frame` is the template the pages stand in, `outside` where "back" on the first page leads.
    """

    frame = "base.html"

    def __init__(self, application: Application) -> None:
        self.application = application

    def step(self, step: str) -> str:
        return reverse("application-step", args=[step])

    @property
    def steps(self) -> dict[str, str]:
        """The address of each page, for templates: `door.steps.home`."""
        return {step.value: self.step(step) for step in Step}

    @property
    def village(self) -> str:
        return reverse("application-village")

    @property
    def typed(self) -> str:
        return reverse("application-family-typed")

    @property
    def receipt(self) -> str:
        return reverse("application-receipt")

    @property
    def outside(self) -> str:
        return reverse("start")

    def confirm_family(self, application: Application, *, answers: FamilyAnswers, by: User) -> Application:
        return services.confirm_family(application, answers=answers, by=by)

    def submit(self, application: Application, *, by: User) -> Application:
        return services.submit_application(application, by=by)

    def back(self, step: Step) -> str:
        """To the page before; who came from the summary goes back to it."""
        if self.application.step == Step.REVIEW and step != Step.REVIEW:
            return self.step(Step.REVIEW)
        return self.step(step.previous) if step.previous else self.outside
