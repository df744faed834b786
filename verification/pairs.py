"""The two sides of a possible duplicate, as far as whoever looks may see them. Reading only."""

from dataclasses import dataclass

from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.models import User
from perlinsos.core.models import StoredFile
from perlinsos.messages.names import mask_name
from verification.models import DuplicateCandidate, FaceCheck
from verification.models.duplicates import COMPARERS

SHOWN = (
    "first_check__application__applicant",
    "first_check__application__village__parent",
    "first_check__selfie__file",
    "second_check__application__applicant",
    "second_check__application__village__parent",
    "second_check__selfie__file",
)


@dataclass(frozen=True)
class Side:
    """One of the two registrations. Of one that lies elsewhere nothing is shown but that it does."""

    check: FaceCheck | None

    @property
    def is_elsewhere(self) -> bool:
        return self.check is None

    @property
    def application(self) -> Application | None:
        return self.check.application if self.check else None

    @property
    def masked_name(self) -> str:
        application = self.application
        return mask_name(application.applicant.name) if application and application.applicant else ""

    @property
    def picture(self) -> StoredFile | None:
        """None without a picture, and once retention erased it."""
        selfie = self.check.selfie if self.check else None
        return selfie.file if selfie and selfie.file.removed_at is None else None


@dataclass(frozen=True)
class Pair:
    candidate: DuplicateCandidate
    first: Side
    second: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.first, self.second

    @property
    def is_whole(self) -> bool:
        return not any(side.is_elsewhere for side in self.sides)


def of(candidates: list[DuplicateCandidate], viewer: User) -> list[Pair]:
    """Two queries, whatever the number, beside those that find out where `viewer` may look."""
    whole = set(
        DuplicateCandidate.objects.seen_whole_by(viewer)
        .filter(pk__in=[candidate.pk for candidate in candidates])
        .values_list("pk", flat=True)
    )
    applications = [check.application_id for candidate in candidates for check in candidate.checks]
    here = scoping.area_filter(viewer, roles=COMPARERS, field="village_id")
    seen = set(Application.objects.filter(here, pk__in=applications).values_list("pk", flat=True))

    def side(candidate: DuplicateCandidate, check: FaceCheck) -> Side:
        return Side(check if candidate.pk in whole or check.application_id in seen else None)

    return [Pair(candidate, *(side(candidate, check) for check in candidate.checks)) for candidate in candidates]
