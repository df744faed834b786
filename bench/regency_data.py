"""A whole regency as the portal keeps it: cases, facts, and a decision of each family for two programmes.

Cases and facts are multiplied inside PostgreSQL; decisions are made by the evaluator of one family, in
as many processes as there are processors.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils import timezone

from bench import engine_population, engine_register, families
from bench.figures import tell
from bench.stored_decisions import determination
from eligibility import parameters
from eligibility.documents import document_of
from eligibility.models import Determination, Programme, RuleSet
from eligibility.populations import register
from eligibility.populations.columns import KEY, fact_column
from eligibility.replaying import snapshot
from eligibility.rules.catalogue import fact_type
from enrollment.enums import ApplicationState
from enrollment.models import Application, Family, Member, Person
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Level
from verification.models import Fact

REGENCY = "35.10"
PROGRAMMES = ("pkh", "sembako")
FIRST = 1_000_000  # id of the first family and application
AT_ONCE = 1_000
UNHURRIED = "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off"


def make(total: int, seed: int) -> None:
    """`total` decided families in the villages of the regency, by the rules in force."""
    Programme.objects.exclude(code__in=PROGRAMMES).update(is_active=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNHURRIED)
        tell(f"inventing {total:,} families")
        _cases(total, seed)
        tell("their facts")
        _facts(total, seed)
    _count_rows()
    tell("their decisions")
    _decide_all(total)
    _count_rows()


def decide_range(first: int, last: int) -> None:
    """Decide applications `first` to `last`, and keep it as the portal does."""
    rules = [(rule_set, document_of(rule_set).regional_parameters) for rule_set in RuleSet.objects.in_force()]
    rules = [(rule_set, names) for rule_set, names in rules if rule_set.programme.code in PROGRAMMES]
    regional = parameters.in_force({name for _rule_set, names in rules for name in names})
    for start in range(first, last + 1, AT_ONCE):
        cases = Application.objects.filter(pk__range=(start, min(start + AT_ONCE - 1, last))).order_by("pk")
        known = _known(start, start + AT_ONCE - 1)
        rows = [
            determination(case, rule_set, known[case.pk], parameters.nearest(regional, case.village_id or ""))
            for case in cases
            for rule_set, _names in rules
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UNHURRIED)
            _copy_in(rows, cursor)


def _copy_in(rows: Iterable[Determination], cursor: CursorWrapper) -> None:
    """Several times as quick as `bulk_create`, which quotes every quotation mark of a trace one by one."""
    table, fields = (
        Determination._meta.db_table,
        [one for one in Determination._meta.concrete_fields if not one.primary_key],
    )
    with cursor.copy(f"COPY {table} ({', '.join(str(one.column) for one in fields)}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row([one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in fields])


def _cases(total: int, seed: int) -> None:
    """One case, and as many like it as asked for."""
    agent = User.objects.create_user(f"agent{seed}@regency.invalid", kind=UserKind.STAFF, name="bench")
    case = families.make(1, random.Random(seed), agent=agent)[0]  # noqa: S311 - invented families
    member = Member.objects.get(family=case.family_id)
    villages = Area.objects.filter(level=Level.VILLAGE, code__startswith=f"{REGENCY}.").values_list("code", flat=True)
    village = f"(ARRAY{list(villages)!r})[1 + n % {len(villages)}]"
    _multiply(Person, case.applicant_id, total, {"nik": "NULL", "nik_index": "NULL"})
    _multiply(Family, case.family_id, total, {"village_id": village})
    _multiply(Member, member.pk, total, {"family_id": "n", "person_id": "n"})
    other = {"family_id": "n", "applicant_id": "n", "village_id": village, "state": f"'{ApplicationState.DECIDED}'"}
    _multiply(Application, case.pk, total, {**other, "reference": "'R-' || n", "receipt_code": "'R-' || n"})


def _multiply(model: type[Model], pk: int | None, total: int, other: Mapping[str, str]) -> None:
    """So many rows like the row `pk` from `FIRST` on, but for the columns of `other`."""
    other = {"id": "n", "public_id": "gen_random_uuid()", **other}
    columns = [field.column for field in model._meta.concrete_fields if field.column]
    values = ", ".join(other.get(column, f"t.{column}") for column in columns)
    table, last = model._meta.db_table, FIRST + total - 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - our own names
            f" FROM {table} t, generate_series({FIRST}, {last}) n WHERE t.id = {pk} ORDER BY n"
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def _facts(total: int, seed: int) -> None:
    """What a register of invented people says, a row for each thing that is known."""
    wanted = sorted({one.fact for one in register.OF_MEMBERS} | register.OF_THE_HOUSE.keys())
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_STATE"]) as folder:
        regency = engine_population.Regency(1, FIRST, total)
        engine_register.load(engine_population.write_regency(Path(folder), regency, seed), 0)
    said = ", ".join(_said(name) for name in wanted)
    known = register.facts_sql("bench_families_0", "bench_persons_0", wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO verification_fact (public_id, created_at, updated_at, family_id, name, value, unit, source,"  # noqa: S608 - names of our own catalogue
            " as_of, fetched_at, confidence, purpose)"
            f" SELECT gen_random_uuid(), now(), now(), {KEY}, said.name, said.value, '', split_part(said.name, '.', 1),"
            f" current_date - 5, now(), 100, 'eligibility' FROM ({known}) f,"
            f" LATERAL (VALUES {said}) AS said (name, value) WHERE said.value IS NOT NULL ORDER BY {KEY}"
        )


def _said(name: str) -> str:
    value = f"{fact_column(name)}::bigint"
    return f"('{name}', to_jsonb({f'({value} = 1)' if fact_type(name).is_flag else value}))"


def _known(first: int, last: int) -> dict[int, dict[str, Any]]:
    """What is known of families `first` to `last`, as a determination of today keeps it."""
    today, found = timezone.localdate(), defaultdict[int, dict[str, Any]](dict)
    facts = Fact.objects.filter(family_id__gte=first, family_id__lte=last)
    for fact in facts.only("family_id", "name", "value", "source", "as_of"):
        found[fact.family_id][fact.name] = snapshot(fact, on=today, max_age=fact_type(fact.name).max_age_days)
    return found


def _decide_all(total: int) -> None:
    cores = len(os.sched_getaffinity(0))
    share = -(-total // cores)
    working = [
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "bench.regency_decided", str(first), str(min(first + share, FIRST + total) - 1)],
            cwd=settings.BASE_DIR,
        )
        for first in range(FIRST, FIRST + total, share)
    ]
    ended = [process.wait() for process in working]
    if any(ended):
        raise RuntimeError("the decisions of the regency were not all made")


def _count_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
