"""Golden families in the database: entered and changed on record, retired, never deleted."""

import contextlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from eligibility import golden
from eligibility.models import GoldenFamily
from eligibility.rules.document import parse
from eligibility.rules.reading import DocumentError
from eligibility.services import goldens
from eligibility.services.goldens import (
    add_golden_family,
    change_golden_family,
    restore_golden_family,
    retire_golden_family,
)
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.eligibility.documents import data

pytestmark = pytest.mark.django_db
FAMILY: dict[str, Any] = {
    "code": "uji", "name": "Keluarga Uji", "story": "Untuk diuji.", "facts": {"dtsen.decile": 7},
    "expected": {"sembako": {"outcome": "not_eligible", "because": ["decile"]}},
}  # fmt: skip
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"facts": {"dtsen.decile": 11}}, "facts.dtsen.decile: The number must be from 1 to 10."),
    ({"facts": {"dtsen.decile": True}}, "facts.dtsen.decile: Here must be a whole number."),
    ({"facts": {"dukcapil.head_alive": 1}}, "facts.dukcapil.head_alive: Here must be true or false."),
    ({"facts": {"dtsen.desil": 1}}, "is not a fact of the catalogue"),
    ({"facts": {"pln.power_va": {"value": 900, "days_old": -1}}}, "facts.pln.power_va.days_old: The number must be"),
    ({"expected": {}}, "A golden family needs an expected answer"),
    ({"expected": {"pkh": {"outcome": "not_eligible"}}}, "Name the criteria that decide"),
    ({"expected": {"pkh": {"outcome": "not_eligible", "because": ["desil"]}}}, "expected.pkh.because[0]: Here must"),
    ({"expected": {"pkh": {"outcome": "undecided", "because": ["wage"], "rupiah_per_year": 1}}}, "Only who is"),
    ({"expected": {"pkh": {"outcome": "eligible", "components": {"kuda": 1}}}}, "expected.pkh.components.kuda"),
    ({"expected": {"plk": {"outcome": "eligible"}}}, "There is no programme “plk” with rules."),
    ({"name": " "}, "name: Here must be text."),
]


@pytest.fixture
def families(rules: object) -> list[GoldenFamily]:
    call_command("load_golden_families", verbosity=0)
    return list(GoldenFamily.objects.all())


def test_loading_again_keeps_what_was_edited(families: list[GoldenFamily], worker: User) -> None:
    family = GoldenFamily.objects.get(code="bu-sumini-satu-balita")
    change_golden_family(family, {**golden.data_of(family), "story": "Cerita yang lebih baik."}, by=worker)
    call_command("load_golden_families", verbosity=0)
    family.refresh_from_db()
    assert family.story == "Cerita yang lebih baik."
    event = AuditEvent.objects.get(action="eligibility.golden_family.changed")
    assert event.data == {"changes": {"story": ["Buruh tani dengan satu balita.", "Cerita yang lebih baik."]}}
    assert GoldenFamily.objects.count() == len(families)


def test_a_retired_family_is_kept_but_not_tried(families: list[GoldenFamily], worker: User) -> None:
    shipped = data("pkh-2026-2")
    draft = parse({**shipped, "amount": {**shipped["amount"], "picking": "listed"}})
    assert golden.replay(parse(shipped), programme="pkh") == []
    for one in golden.replay(draft, programme="pkh"):
        retire_golden_family(GoldenFamily.objects.get(code=one.family.code), by=worker)
    assert golden.replay(draft, programme="pkh") == []
    assert GoldenFamily.objects.count() == len(families)
    restore_golden_family(GoldenFamily.objects.get(code="pak-sugeng-lima-komponen"), by=worker)
    found = golden.replay(draft, programme="pkh")
    assert [one.family.code for one in found] == ["pak-sugeng-lima-komponen"]
    assert (found[0].expected.rupiah_per_year, found[0].got.rupiah_per_year) == (10_400_000, 8_900_000)
    assert set(found[0].fields) == {"rupiah_per_year", "components", "rupiah_per_quarter"}
    assert found[0].trace[0].text_id.startswith("Keluarga Anda tercatat di desil 2")


def test_a_family_that_makes_no_sense_is_refused(rules: object, worker: User) -> None:
    for changes, message in REFUSED:
        with pytest.raises(DocumentError) as caught:
            add_golden_family({**FAMILY, **changes}, by=worker)
        assert message in str(caught.value), changes
    assert not GoldenFamily.objects.exists()


def test_two_editors_do_not_overwrite_each_other(rules: object, worker: User) -> None:
    first = add_golden_family(FAMILY, by=worker)
    seen = first.updated_at
    change_golden_family(first, {**FAMILY, "name": "Keluarga Lain"}, by=worker, seen=seen)
    with pytest.raises(DomainError) as caught:
        change_golden_family(first, {**FAMILY, "name": "Keluarga Ketiga"}, by=worker, seen=seen)
    assert caught.value.code == "changed_meanwhile"
    with pytest.raises(DomainError) as caught:
        add_golden_family(FAMILY, by=worker)
    assert caught.value.code == "code_taken"


def test_whoever_edits_takes_the_programmes_first_and_then_the_family(rules: object, worker: User) -> None:
    """In another order two who edit one family at once would wait for each other."""
    family = add_golden_family(FAMILY, by=worker)
    for verb in (
        lambda: change_golden_family(family, {**FAMILY, "name": "Keluarga Lain"}, by=worker),
        lambda: retire_golden_family(family, by=worker),
        lambda: restore_golden_family(family, by=worker),
    ):
        with CaptureQueriesContext(connection) as asked:
            verb()
        locks = [one["sql"] for one in asked if "UPDATE" in one["sql"] and "eligibility_" in one["sql"]]
        taken = ["family" if '"eligibility_goldenfamily"' in sql else "programme" for sql in locks]
        assert (taken[0], set(taken[1:])) == ("programme", {"family"})


def test_what_a_family_is_about_may_move_before_it_is_held(
    rules: object, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    family, hold = add_golden_family(FAMILY, by=worker), goldens._hold_programmes
    other = {"pkh": {"outcome": "not_eligible", "because": ["decile"]}}

    def overtaken(codes: Any, *, by: User) -> None:
        hold(codes, by=by)
        GoldenFamily.objects.filter(pk=family.pk).update(expected=other)

    monkeypatch.setattr(goldens, "_hold_programmes", overtaken)
    with pytest.raises(DomainError, match="changed_meanwhile"):
        change_golden_family(family, {**FAMILY, "name": "Keluarga Lain"}, by=worker)


@pytest.mark.parametrize("who", ["ani", "gita", "hadi", "indah"])
def test_others_may_not_edit(rules: object, cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        add_golden_family(FAMILY, by=cast[who])


# --- in the administration ------------------------------------------------------------------------
LIST = reverse("admin:eligibility_goldenfamily_changelist")


def page(family: GoldenFamily) -> str:
    return reverse("admin:eligibility_goldenfamily_change", args=[family.pk])


@pytest.fixture
def putu(client: Client, sign_in: SignIn) -> Client:
    """Policy staff, who hold no other right in the administration."""
    sign_in(client, factories.staff("Putu", Role.POLICY, ""))
    return client


def filled_in(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send if nothing were touched."""
    form = client.get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value not in (None, "")}


def test_policy_staff_change_a_family_and_the_change_is_told(families: list[GoldenFamily], putu: Client) -> None:
    family = GoldenFamily.objects.get(code="bu-dewi-desil-5")
    before = golden.data_of(family)
    sent = filled_in(putu, page(family))
    assert putu.post(page(family), sent).status_code == 302
    family.refresh_from_db()
    assert golden.data_of(family) == before
    assert not AuditEvent.objects.filter(action="eligibility.golden_family.changed").exists()

    sent = filled_in(putu, page(family)) | {"fact__dtsen__decile": "6", "fact__pln__power_va": ""}
    sent |= {"fact__dukcapil__head_alive": "", "age__dtsen__decile": "12"}
    assert putu.post(page(family), sent).status_code == 302
    family.refresh_from_db()
    assert family.facts["dtsen.decile"] == {"value": 6, "days_old": 12}
    assert not {"pln.power_va", "dukcapil.head_alive"} & set(family.facts)  # not known, which is not a no
    told = putu.get(page(family)).content.decode()
    assert "Putu" in told
    assert "pln.power_va: 900 → –" in told


def test_an_answer_for_the_other_order_stays_one(families: list[GoldenFamily], putu: Client) -> None:
    family = GoldenFamily.objects.get(code="pak-sugeng-urutan-daftar")
    before = golden.data_of(family)
    sent = filled_in(putu, page(family))
    assert sent["answer__pkh__picking"] == "listed"
    assert putu.post(page(family), sent).status_code == 302
    family.refresh_from_db()
    assert golden.data_of(family) == before
    assert putu.post(page(family), sent | {"answer__pkh__picking": ""}).status_code == 302
    (found,) = golden.replay(parse(data("pkh-2026-2")), programme="pkh")
    assert (found.family.code, found.got.rupiah_per_year) == ("pak-sugeng-urutan-daftar", 10_400_000)


def test_what_makes_no_sense_comes_back_with_everything_else(families: list[GoldenFamily], putu: Client) -> None:
    family = GoldenFamily.objects.get(code="bu-dewi-desil-5")
    sent = filled_in(putu, page(family)) | {
        "story": "Cerita baru.",
        "fact__dtsen__decile": "11",
        "answer__pkh__because": [],
        "answer__pkh__components": "kuda: 2",
    }
    response = putu.post(page(family), sent)
    form = response.context["adminform"].form
    assert response.status_code == 200
    assert "10" in str(form.errors["fact__dtsen__decile"])
    assert "“kuda: 2” bukan komponen" in str(form.errors["answer__pkh__components"])
    assert "Sebutkan kriteria yang menentukan" in str(form.errors["answer__pkh__outcome"])
    assert form["story"].value() == "Cerita baru."
    family.refresh_from_db()
    assert family.facts["dtsen.decile"] == 5

    stale = filled_in(putu, page(family)) | {"seen": "2026-01-01T00:00:00+00:00"}
    assert "Orang lain sudah mengubah" in str(putu.post(page(family), stale).context["adminform"].form.errors)


def test_who_is_overtaken_while_saving_is_told(
    families: list[GoldenFamily], putu: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    family, hold = GoldenFamily.objects.get(code="bu-dewi-desil-5"), goldens._hold_programmes
    sent = filled_in(putu, page(family)) | {"story": "Cerita baru."}

    def overtaken(codes: Any, *, by: User) -> None:
        hold(codes, by=by)
        GoldenFamily.objects.filter(pk=family.pk).update(name="Keluarga Lain", updated_at=timezone.now())

    with monkeypatch.context() as others:
        others.setattr(goldens, "_hold_programmes", overtaken)
        answer = putu.post(page(family), sent, follow=True)
    assert "Orang lain sudah mengubah" in answer.content.decode()
    assert GoldenFamily.objects.get(pk=family.pk).story == family.story


def test_a_family_is_entered_retired_and_restored_here(rules: object, putu: Client) -> None:
    sent = {
        "code": "bu-baru", "name": "Keluarga Bu Baru", "story": "Desil 7.", "value__minimum_wage": "2986447",
        "fact__dtsen__decile": "7", "answer__sembako__outcome": "not_eligible", "answer__sembako__because": ["decile"],
        "answer__pkh__outcome": "undecided", "answer__pkh__because": ["wage"],
    }  # fmt: skip
    response = putu.post(reverse("admin:eligibility_goldenfamily_add"), sent)
    assert response.status_code == 302, response.context["adminform"].form.errors
    family = GoldenFamily.objects.get()
    assert family.parameters == {"minimum_wage": 2_986_447}
    assert family.expected["sembako"] == {"outcome": "not_eligible", "because": ["decile"]}
    assert [one.fields for one in golden.replay(parse(data("pkh-2026-2")), programme="pkh")] == [("outcome", "because")]
    for action, is_retired in (("retire", True), ("restore", False)):
        putu.post(LIST, {"action": action, "_selected_action": [family.pk]})
        family.refresh_from_db()
        assert bool(family.retired_at) is is_retired
    delete = reverse("admin:eligibility_goldenfamily_delete", args=[family.pk])
    assert putu.post(delete, {"post": "yes"}).status_code == 403
    again = putu.post(reverse("admin:eligibility_goldenfamily_add"), sent)
    assert "code" in again.context["adminform"].form.errors


def test_policy_staff_come_here_from_the_desk_and_nobody_else_is_sent(
    rules: object, cast: Cast, putu: Client, sign_in: SignIn
) -> None:
    """From the list of rules and from a draft, by the first page they see."""
    draft = factories.RuleDraftFactory()
    desk = [reverse("rule-list"), reverse("draft-detail", args=[draft.public_id])]
    assert putu.get(reverse("home"))["Location"] == desk[0]
    for address in desk:
        assert f'href="{LIST}"' in putu.get(address).content.decode(), address
    sign_in(putu, cast.gita)
    seen = putu.get(desk[0])
    assert (seen.status_code, LIST in seen.content.decode()) == (200, False)


def test_policy_staff_find_nothing_else_and_others_find_nothing(
    rules: object, cast: Cast, putu: Client, sign_in: SignIn
) -> None:
    assert putu.get(LIST).status_code == 200
    for other in ("eligibility_ruleset", "accounts_user", "core_auditevent"):
        with contextlib.suppress(NoReverseMatch):
            assert putu.get(reverse(f"admin:{other}_changelist")).status_code == 403
    sign_in(putu, cast.ani)
    assert putu.get(LIST).status_code in (302, 403)
