"""Loading documents: once, unchanged for ever, followed by the next version."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from eligibility.documents import document_of
from eligibility.models import Programme, RuleSet
from eligibility.rules.spelling import as_text
from eligibility.services.rulesets import enact_rule_set
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.cast import KESILIR, Cast
from tests.eligibility.documents import data, small
from tests.support.rules import load_shipped_rules

pytestmark = pytest.mark.django_db


def file_of(folder: Path, **changes: Any) -> str:
    path = folder / "rules.yaml"
    path.write_text(as_text(small(**changes)))
    return str(path)


def test_the_shipped_rules_load_once() -> None:
    load_shipped_rules()
    first = set(RuleSet.objects.values_list("programme__code", "version", "sha256"))
    load_shipped_rules()
    assert set(RuleSet.objects.values_list("programme__code", "version", "sha256")) == first
    assert {code for code, _version, _digest in first} == {
        "pkh", "sembako", "pbi-jk", "kis-pbi-daerah", "bst", "paket-nutrisi", "pangan-apbd",
    }  # fmt: skip
    assert set(Programme.objects.running_in(KESILIR).values_list("code", flat=True)) == {"pkh", "sembako"}
    assert all(len(digest) == 64 for _code, _version, digest in first)
    assert AuditEvent.objects.filter(action="eligibility.rule_set.enacted").count() == len(first)
    assert Programme.objects.get(code="pkh").name == "Program Keluarga Harapan"


def test_what_is_stored_reads_back_as_the_same_rules() -> None:
    load_shipped_rules()
    for rule_set in RuleSet.objects.in_force(date(2026, 6, 1)):
        assert document_of(rule_set).version == rule_set.version == "2026-1"
        assert document_of(rule_set) is document_of(RuleSet.objects.get(pk=rule_set.pk))


def test_a_changed_document_of_an_old_version_is_refused(tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)
    with pytest.raises(CommandError, match="uji 2026-1 sudah ada dengan isi lain"):
        call_command("load_rulesets", file_of(tmp_path, notes=["changed"]), verbosity=0)
    assert RuleSet.objects.count() == 1


def test_the_next_version_ends_the_open_one(tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)
    following = {"version": "2027-1", "valid": {"from": "2027-01-01", "until": None}}
    call_command("load_rulesets", file_of(tmp_path, **following), verbosity=0)
    assert RuleSet.objects.in_force(date(2026, 12, 31)).get().version == "2026-1"
    assert RuleSet.objects.in_force(date(2027, 1, 1)).get().version == "2027-1"


def test_two_versions_never_hold_at_once(tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)
    earlier = {"version": "2025-9", "valid": {"from": "2025-09-01", "until": "2026-02-01"}}
    with pytest.raises(CommandError, match="sudah punya aturan untuk sebagian waktu ini"):
        call_command("load_rulesets", file_of(tmp_path, **earlier), verbosity=0)


def test_a_bad_document_is_refused_with_place_and_reason_in_bahasa(tmp_path: Path) -> None:
    criterion = {**small()["criteria"][0], "test": {"fact": "pln.voltage", "le": 1}, "legal": "x"}
    with pytest.raises(CommandError) as caught:
        call_command("load_rulesets", file_of(tmp_path, criteria=[criterion]), verbosity=0)
    assert "criteria[0].test.fact: “pln.voltage” bukan data dalam katalog." in str(caught.value)
    assert not RuleSet.objects.exists()


def test_a_name_given_twice_in_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("version: a\nversion: b\n")
    with pytest.raises(CommandError, match="twice.yaml:2:1: version: “version” diberikan dua kali"):
        call_command("load_rulesets", str(path), verbosity=0)


def test_no_python_object_comes_out_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text("version: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(CommandError):
        call_command("load_rulesets", str(path), verbosity=0)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere.yaml"):
        call_command("load_rulesets", str(tmp_path / "nowhere.yaml"), verbosity=0)


def test_the_service_says_whether_the_version_is_new(worker: User) -> None:
    first, is_new = enact_rule_set(small(), by=worker)
    again, is_new_again = enact_rule_set(small(), by=worker)
    assert (first, is_new, is_new_again) == (again, True, False)
    with pytest.raises(DomainError) as caught:
        enact_rule_set(small(notes=["other"]), by=worker)
    assert caught.value.code == "version_changed"


# --- policy staff have the say ----------------------------------------------------------------
@pytest.fixture
def policy(cast: Cast) -> User:
    """Of the nation."""
    return cast.nusa


NEXT = {"version": "2027-1", "valid": {"from": "2027-01-01", "until": None}}


def test_where_policy_staff_are_a_further_version_is_theirs(policy: User, tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)  # the first one of a programme comes as a file
    with pytest.raises(CommandError, match="uji 2027-1"):
        call_command("load_rulesets", file_of(tmp_path, **NEXT), verbosity=0)
    assert RuleSet.objects.get().version == "2026-1"
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)  # what is there already is no news


def test_in_an_emergency_who_and_why_are_kept(policy: User, tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)
    with pytest.raises(CommandError, match="Sebutkan siapa"):
        call_command("load_rulesets", file_of(tmp_path, **NEXT), operator="Wayan", verbosity=0)
    call_command("load_rulesets", file_of(tmp_path, **NEXT), operator="Wayan", reason="meja tidak jalan", verbosity=0)
    kept = AuditEvent.objects.get(action="eligibility.rule_set.loaded_past_policy")
    assert kept.subject_id == RuleSet.objects.get(version="2027-1").pk
    assert {"operator": "Wayan", "reason": "meja tidak jalan"}.items() <= kept.data.items()


def test_shipped_rules_load_on_a_server_with_policy_staff_and_go_on_to_load(
    policy: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_shipped_rules()  # several versions of a new programme at once
    versions = RuleSet.objects.count()
    monkeypatch.setattr("eligibility.management.commands.load_rulesets.SHIPPED", tmp_path)
    later = {**data("pkh-2026-2"), "version": "2030-1", "valid": {"from": "2030-01-01", "until": None}}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(later))
    (tmp_path / "b.yaml").write_text(yaml.safe_dump(small()))
    call_command("load_rulesets")
    assert "pkh 2030-1: left to policy staff" in capsys.readouterr().out
    assert (RuleSet.objects.count(), RuleSet.objects.filter(programme__code="uji").exists()) == (versions + 1, True)


def test_policy_staff_of_one_regency_do_not_speak_for_the_nation(tmp_path: Path) -> None:
    call_command("load_rulesets", file_of(tmp_path), verbosity=0)
    factories.MembershipFactory(role=Role.POLICY, area_code=factories.area("35.10").code)
    call_command("load_rulesets", file_of(tmp_path, **NEXT), verbosity=0)
    assert RuleSet.objects.count() == 2
