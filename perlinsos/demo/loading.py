"""Filling an empty demo machine: reference data, staff, decrees, quotas and a queue of families.

Everything goes through the services a person would use; only staff accounts are made directly.
"""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.db import transaction

from agents.models import AgentProfile
from eligibility.models import Programme, Quota, RuleSet
from eligibility.services.first_days import begin_rule_set
from enrollment import services as enrollment
from enrollment.answers import (
    AccountAnswers,
    ApplicantInput,
    ContactAnswers,
    FamilyAnswers,
    HomeAnswers,
    MemberAnswers,
    Proxy,
)
from enrollment.cards import CardData, CardMember
from enrollment.enums import PhoneOwner, ProxyReason
from enrollment.models import Application
from enrollment.models import Member as FamilyMember
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import Membership, Organisation, User
from perlinsos.accounts.services import service_account
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.demo.people import BANYUWANGI, PASSWORD, STAFF, TABANAN, Member
from perlinsos.regions.models import Area
from verification.enums import FaceReason
from verification.services import face_review, faces

FAMILIES = Path(__file__).parent / "families.yaml"
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
PLACES = {BANYUWANGI: {"pkh": 3, "sembako": 4}, TABANAN: {"pkh": 2, "sembako": 2}}


def is_loaded() -> bool:
    return User.objects.filter(email=STAFF[0].email).exists()


@transaction.atomic
def load() -> None:
    """Everything, once."""
    for command in ("load_regions", "load_consent_texts", "load_rulesets", "load_golden_families"):
        call_command(command, verbosity=0)
    for rule_set in RuleSet.objects.due():  # nobody is decided yet, so their first day is over at once
        begin_rule_set(rule_set.pk, by=service_account("eligibility"))
    decrees = {code: _decrees(code) for code in (BANYUWANGI, TABANAN)}
    Decree.objects.create(
        kind=DecreeKind.RULES,
        number="100/HUK/2026",
        title="Perubahan kriteria penerima bantuan sosial",
        signer="Menteri Sosial (contoh)",
        signed_on=date(2026, 1, 5),
        valid_during=YEAR,
    )
    for member in STAFF:
        _hire(member, decrees[BANYUWANGI])
    for area_code, places in PLACES.items():
        for programme, number in places.items():
            Quota.objects.create(
                programme=Programme.objects.get(code=programme),
                area=Area.objects.get(pk=area_code),
                valid_during=YEAR,
                places=number,
                source="Kuota contoh untuk latihan",
            )
    agent = User.objects.get(email="wulan@agen.example")
    officer = User.objects.get(email="lilis@dinsos.example")
    for family in yaml.safe_load(FAMILIES.read_text()):
        application = _enrol(family, by=agent)
        worker = service_account("verification")
        check = faces.open_manual_check(application.pk, by=worker)
        face_review.choose_answer(check, reason=FaceReason.CARD_FITS, by=officer)
        face_review.confirm_answer(check, reason=FaceReason.CARD_FITS, by=officer)


def _decrees(area_code: str) -> Decree:
    area = Area.objects.get(pk=area_code)
    kinds = {
        DecreeKind.RESULT: "Pengumuman hasil seleksi penerima bantuan sosial",
        DecreeKind.AGENT: "Penetapan agen Perlinsos",
    }
    made = [
        Decree.objects.create(
            kind=kind,
            number=f"188/{number}/KEP/{area_code.replace('.', '')}/2026",
            title=title,
            signer="Bupati (contoh)",
            signed_on=date(2026, 1, 5),
            area=area,
            valid_during=YEAR,
        )
        for number, (kind, title) in enumerate(kinds.items(), start=101)
    ]
    return made[-1]


def _hire(member: Member, agent_decree: Decree) -> None:
    user = User.objects.create_user(
        member.email,
        PASSWORD,
        kind=UserKind.STAFF,
        name=member.name,
        is_admin=member.is_admin,
        is_superuser=member.is_admin,
    )
    organisation, _created = Organisation.objects.get_or_create(name=member.organisation)
    for area_code in member.areas:
        assert member.role is not None  # noqa: S101 - who has an area has a role there
        Membership.objects.create(
            user=user, organisation=organisation, role=member.role, area_code=area_code, valid_during=YEAR
        )
    if member.agent_kind:
        AgentProfile.objects.create(
            user=user, kind=member.agent_kind, decree=agent_decree, trained_on=date(2026, 1, 12)
        )
    TOTP.activate(user, generate_totp_secret())


def _enrol(family: dict[str, Any], *, by: User) -> Application:
    head = family["members"][0]
    application = enrollment.start_assisted(
        applicant=ApplicantInput(nik=head["nik"], name=head["name"], birth_date=head["birth_date"]), by=by
    )
    enrollment.give_consent(application, proxy=Proxy(ProxyReason.NO_DEVICE, "Ketua RT"), by=by)
    enrollment.choose_manual_photo(application, by=by)
    enrollment.confirm_family(application, answers=_family_answers(family), by=by)
    application.refresh_from_db()
    enrollment.answer_home(application, answers=_home_answers(application, family), by=by)
    enrollment.answer_contact(application, answers=ContactAnswers("", PhoneOwner.NONE), by=by)
    account = AccountAnswers(family["account"]["bank"], family["account"]["number"], head["name"])
    enrollment.answer_account(application, answers=account, by=by)
    return enrollment.submit_application(application, by=by)


def _family_answers(family: dict[str, Any]) -> FamilyAnswers:
    members = tuple(
        CardMember(
            nik=line["nik"],
            name=line["name"],
            sex=line["sex"],
            birth_date=line["birth_date"],
            relation=line["relation"],
        )
        for line in family["members"]
    )
    return FamilyAnswers(typed=CardData(members=members, kk_number=family["kk"]), village_code=family["village"])


def _home_answers(application: Application, family: dict[str, Any]) -> HomeAnswers:
    schooling = {line["nik"]: line.get("schooling", "none") for line in family["members"]}
    members = FamilyMember.objects.filter(family=application.family).select_related("person")
    return HomeAnswers(
        members={member.pk: MemberAnswers(schooling=schooling[member.person.nik]) for member in members},
        power_va=family["power_va"],
    )
