"""Sealed columns: unreadable in a dump, found by their blind index."""

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from enrollment.models import Person
from perlinsos.core import crypto
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
NIK = "3510224101909001"


def raw(column: str, person: Person) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM enrollment_person WHERE id = %s", [person.pk])
        return bytes(cursor.fetchone()[0])


@pytest.fixture
def sutini() -> Person:
    return PersonFactory(nik=NIK, name="Sutini Rekaan")


def test_the_database_holds_no_readable_value(sutini: Person) -> None:
    assert NIK.encode() not in raw("nik", sutini) + raw("nik_index", sutini)
    assert b"Sutini" not in raw("name", sutini)
    assert Person.objects.get(pk=sutini.pk).nik == NIK


def test_a_person_is_found_by_nik(sutini: Person) -> None:
    PersonFactory()
    assert Person.objects.get(nik_index=crypto.blind_index(NIK, kind="nik")) == sutini


def test_the_index_is_unique_where_the_model_says_so(sutini: Person) -> None:
    with pytest.raises(IntegrityError, match="person_one_per_nik"), transaction.atomic():
        PersonFactory(nik=NIK)


def test_an_unknown_nik_is_no_value_at_all(db: None) -> None:
    first, second = PersonFactory(nik=None), PersonFactory(nik=None)
    assert (first.nik_index, second.nik_index) == (None, None)


@pytest.mark.parametrize("lookup", ["nik", "nik__contains", "nik__in", "name__startswith"])
def test_a_sealed_column_cannot_be_searched(sutini: Person, lookup: str) -> None:
    with pytest.raises(TypeError, match="sealed"):
        Person.objects.filter(**{lookup: [NIK] if lookup.endswith("in") else NIK}).exists()


def test_a_dump_of_the_data_stays_sealed(sutini: Person) -> None:
    dumped = serializers.serialize("json", [sutini])
    assert NIK not in dumped
    assert "Sutini" not in dumped


def test_an_update_is_sealed_too(sutini: Person) -> None:
    Person.objects.filter(pk=sutini.pk).update(name="Sutini Baru")
    assert b"Baru" not in raw("name", sutini)
    assert Person.objects.get(pk=sutini.pk).name == "Sutini Baru"


def test_a_value_copied_to_another_column_does_not_open(sutini: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE enrollment_person SET name = nik WHERE id = %s", [sutini.pk])
    with pytest.raises(crypto.SealBroken):
        Person.objects.get(pk=sutini.pk)
