"""Rows that satisfy every constraint, one factory per model, variants as traits.

`ApplicationFactory()` is a citizen's draft; `ApplicationFactory(submitted=True)` is sent with its
family, `assisted=True` came through an agent. All people are invented: NIK serials are 9xxx.
"""

from tests.factories.accounts import (
    ApiClientFactory,
    IdentityFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    staff,
)
from tests.factories.appeals import (
    AgentProfileFactory,
    AppealFactory,
    AssistedVisitFactory,
    EvidenceFactory,
    GroundCheckFactory,
    ObjectionWindowFactory,
)
from tests.factories.base import API_TOKEN, PASSWORD, area, birthday, nik, photo
from tests.factories.eligibility import (
    BatchEntryFactory,
    BatchFactory,
    DeterminationFactory,
    ProgrammeFactory,
    QuotaFactory,
    RankedEntryFactory,
    RankingFactory,
    RuleDraftFactory,
    RuleSetFactory,
)
from tests.factories.enrollment import (
    ApplicationFactory,
    BankAccountFactory,
    ConsentFactory,
    ConsentTextFactory,
    DocumentFactory,
    FamilyCardNumberFactory,
    FamilyFactory,
    MemberFactory,
    PersonFactory,
    consent_texts,
    person_of,
)
from tests.factories.receiving import (
    BabyFactory,
    DutyRecordFactory,
    DutyReporterFactory,
    PupilFactory,
    participation,
    used,
)
from tests.factories.regions import DecreeFactory, ParameterFactory, StoredFileFactory
from tests.factories.verification import FaceCheckFactory, FactFactory, SourceRequestFactory, enrolled, pair

__all__ = [
    "BabyFactory",
    "DutyRecordFactory",
    "DutyReporterFactory",
    "PupilFactory",
    "participation",
    "used",
    "area",
    "nik",
    "birthday",
    "photo",
    "PASSWORD",
    "API_TOKEN",
    "OrganisationFactory",
    "IdentityFactory",
    "UserFactory",
    "MembershipFactory",
    "ApiClientFactory",
    "staff",
    "ParameterFactory",
    "DecreeFactory",
    "StoredFileFactory",
    "PersonFactory",
    "FamilyFactory",
    "FamilyCardNumberFactory",
    "MemberFactory",
    "ConsentTextFactory",
    "ApplicationFactory",
    "ConsentFactory",
    "DocumentFactory",
    "BankAccountFactory",
    "person_of",
    "consent_texts",
    "FaceCheckFactory",
    "enrolled",
    "pair",
    "SourceRequestFactory",
    "FactFactory",
    "ProgrammeFactory",
    "RuleDraftFactory",
    "RuleSetFactory",
    "DeterminationFactory",
    "QuotaFactory",
    "BatchFactory",
    "BatchEntryFactory",
    "RankingFactory",
    "RankedEntryFactory",
    "ObjectionWindowFactory",
    "AppealFactory",
    "EvidenceFactory",
    "GroundCheckFactory",
    "AgentProfileFactory",
    "AssistedVisitFactory",
]
