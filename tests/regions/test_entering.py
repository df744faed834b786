"""Parameters as an administrator enters them: known names, values that can be meant, words that help."""

import pytest
from django.test import Client
from django.urls import reverse

from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
ADD = reverse("admin:regions_parameter_add")
WHOLE = "Tulis bilangan bulat tanpa titik, koma, atau tanda kutip, misalnya 1300."


@pytest.fixture
def laras(client: Client, cast: Cast, sign_in: SignIn) -> Client:
    sign_in(client, cast.laras)
    return client


def entry(name: str, value: str) -> dict[str, str]:
    return {"area": "", "name": name, "value": value, "source": "Perbup (rekaan)", "valid_from": "01/01/2026"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("power_limit_va", "1.5", WHOLE),
        ("power_limit_va", '"1300"', WHOLE),
        ("power_limit_va", "true", WHOLE),
        ("power_limit_va", "-1", "Angka harus dari 0 sampai"),
        ("minimum_wage", "0", "Angka harus dari 1 sampai"),
        ("objection_days", "367", "Angka harus dari 1 sampai 366"),
        ("served", "1", "Tulis true atau false."),
        ("picture_retention", "60", "Tulis angka dengan namanya beserta versi"),
        ("picture_retention", '{"version": "perbup-9", "picture_days": -1}', "tidak ada yang di bawah 0"),
        ("tarif_rekaan", "1", "Masukkan pilihan yang valid"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(laras: Client, name: str, value: str, said: str) -> None:
    response = laras.post(ADD, entry(name, value))
    assert response.status_code == 200
    assert said in " ".join(str(one) for errors in response.context["errors"] for one in errors)
    assert not Parameter.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("power_limit_va", "1300", 1300),
        ("served", "true", True),
        ("picture_retention", '{"version": "p-9", "picture_days": 60}', {"version": "p-9", "picture_days": 60}),
    ],
)
def test_what_can_be_meant_is_kept(laras: Client, name: str, value: str, kept: object) -> None:
    assert laras.post(ADD, entry(name, value)).status_code == 302
    assert Parameter.objects.get().value == kept


def test_a_name_that_no_rule_asks_for_any_more_can_still_be_ended(laras: Client) -> None:
    held = factories.ParameterFactory(area=None, name="tarif_rekaan", value=500)
    change = reverse("admin:regions_parameter_change", args=[held.pk])
    assert laras.post(change, {**entry("tarif_rekaan", "500"), "valid_until": "31/12/2026"}).status_code == 302
    held.refresh_from_db()
    assert str(held.valid_during.upper) == "2027-01-01"


def test_the_list_names_parameters_in_words_with_few_queries(
    laras: Client, django_assert_max_num_queries: object
) -> None:
    page = reverse("admin:regions_parameter_changelist")
    factories.ParameterFactory(name="minimum_wage", value=2_810_139)
    for number in range(12):
        factories.ParameterFactory(name=f"tarif_{number}", value=number)
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # a fixture of pytest-django
        shown = laras.get(page).content.decode()
    assert "Upah minimum kabupaten" in shown
    assert "tarif_11" in shown
    narrowed = laras.get(page, {"name": "minimum_wage"}).context["cl"]
    assert [one.name for one in narrowed.result_list] == ["minimum_wage"]
