"""The decision card: what a family and an officer read, and which data can be contested."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from eligibility import presenters
from eligibility.models import Determination
from eligibility.replaying import replay
from eligibility.rules.catalogue import CATALOGUE
from eligibility.services import decisions
from perlinsos.accounts.services import service_account
from perlinsos.core.templatetags.portal import tanggal
from tests import factories
from tests.eligibility.conftest import MakeFamily, answer
from verification.models import Fact


def html(card: presenters.Card) -> str:
    return " ".join(render_to_string("eligibility/_decision.html", {"card": card}).split())


def test_a_refusal_leads_with_its_reason(decided: MakeFamily) -> None:
    determination = answer(decided(pln__power_va=2200))
    card = presenters.card(determination)
    assert (card.outcome_word, card.kind, card.rupiah_per_year) == ("Belum bisa menerima", "danger", 0)
    assert card.sentence == "Keluarga Anda belum bisa menerima Program Keluarga Harapan."
    (reason,) = card.against
    assert card.reasons[0] == reason
    assert reason.text == "Daya listrik rumah tercatat 2.200 VA. Batasnya 1.300 VA."
    assert (reason.result_word, reason.value, reason.source) == ("Belum terpenuhi", "2.200 VA", "PLN")
    fact = Fact.objects.get(name="pln.power_va")
    assert reason.as_of == fact.as_of
    assert reason.rule == "Daya listrik rumah paling besar 1.300 VA."
    assert reason.legal.startswith("Kepmensos 73/2024")
    assert len(card.fulfilled) + len(card.unasked) == len(card.reasons) - 1
    assert [reason.text for reason in card.unasked].count("Tidak ada catatan anggota yang perangkat desa.") == 1
    shown = html(card)
    assert shown.index("2.200 VA") < shown.index("syarat terpenuhi")
    assert f"Data dari PLN, {tanggal(fact.as_of)}" in shown
    assert f"{reason.rule} (Kepmensos 73/2024" in shown
    assert "Data ini keliru" not in shown


def test_a_limit_that_no_region_has_set_is_named_as_such(decided: MakeFamily) -> None:
    (land,) = [reason for reason in presenters.card(answer(decided())).reasons if "luas tanah" in reason.text]
    assert land.rule == "Luas tanah keluarga paling besar (belum ditetapkan)."


def test_every_fact_on_record_can_be_contested(decided: MakeFamily) -> None:
    determination = answer(decided(pln__power_va=2200, dapodik__pupils_sma=None))
    card = presenters.card(determination, contest_url=lambda fact_id: f"/sanggah/{fact_id}/")
    fact = Fact.objects.get(name="pln.power_va")
    assert card.against[0].sole is not None
    assert card.against[0].sole.contest_url == f"/sanggah/{fact.pk}/"
    lines = [line for reason in card.reasons for line in reason.facts]
    assert all(bool(line.contest_url) == (line.value is not None) for line in lines)
    assert html(card).count("Data ini keliru") == sum(line.value is not None for line in lines)
    free = presenters.card(determination, contest_url=lambda fact_id: "")
    assert "Data ini keliru" not in html(free)


def test_money_is_shown_as_its_sum(decided: MakeFamily) -> None:
    card = presenters.card(answer(decided(dapodik__pupils_sd=2, dapodik__pupils_smp=None)))
    assert card.sentence == "Keluarga Anda memenuhi syarat Program Keluarga Harapan."
    shown = html(card)
    assert "Bantuan setahun: <strong>Rp4.800.000</strong>" in shown
    assert "2 × Rp900.000 = Rp1.800.000" in shown
    assert "Jumlah belum diketahui, Rp1.500.000 per orang" in shown
    assert "Uang hanya untuk keluarga yang diumumkan menerima." in shown


def test_what_is_not_known_is_said_and_is_no_refusal(decided: MakeFamily) -> None:
    card = presenters.card(answer(decided(dtsen__decile=None)))
    assert (card.outcome_word, card.kind, card.against) == ("Petugas sedang memeriksa", "warning", ())
    (reason,) = card.open
    assert (reason.text, reason.value, reason.source, reason.as_of) == (
        "Desil keluarga Anda belum tercatat. Ditanyakan ke DTSEN.", "", "", None,
    )  # fmt: skip
    assert "Desil keluarga Anda belum tercatat." in html(card)


def test_a_reason_with_several_facts_names_those_that_count(decided: MakeFamily) -> None:
    card = presenters.card(answer(decided()))
    reason = next(reason for reason in card.reasons if reason.criterion == "component")
    assert reason.sole is None
    assert reason.value == "Anak umur 0 sampai 6 tahun: 1 orang; Murid SD: 1 orang"
    assert reason.source == "Dukcapil, Dapodik"
    assert "Penyandang disabilitas berat: <strong>0 orang</strong>" in html(card)


def test_the_card_speaks_english_where_the_page_does(decided: MakeFamily) -> None:
    determination = answer(decided(pln__power_va=2200))
    with override("en"):
        card = presenters.card(determination)
        assert card.against[0].text.startswith("The electric power of your house is recorded as 2,200 VA.")
        assert presenters.label(CATALOGUE["pln.power_va"]) == "Electric power"
    with override("de"):
        assert presenters.language() == "id"


def test_data_that_is_too_old_is_shown_and_does_not_count(decided: MakeFamily, make_family: MakeFamily) -> None:
    application = make_family(dtsen__decile=None)
    long_ago = timezone.localdate() - timedelta(days=CATALOGUE["dtsen.decile"].max_age_days + 1)
    factories.FactFactory(family=application.family, name="dtsen.decile", value=2, unit="", as_of=long_ago)
    decisions.decide_application(application, by=service_account("eligibility"))
    determination = answer(application)
    assert determination.outcome == "undecided"
    (reason,) = presenters.card(determination).open
    assert reason.text.endswith(f"Data dari DTSEN tanggal {tanggal(long_ago)} sudah terlalu lama.")
    assert (reason.value, reason.as_of) == ("2", long_ago)
    assert replay(determination)


def test_a_card_is_made_without_a_query(decided: MakeFamily, django_assert_num_queries: object) -> None:
    application = decided()
    determination = Determination.objects.select_related("programme", "rule_set__programme").get(
        pk=answer(application).pk
    )
    with django_assert_num_queries(0):  # type: ignore[operator]  # the fixture's type is a protocol
        html(presenters.card(determination))
