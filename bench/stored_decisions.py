"""A history of decisions to be proved: determinations with their reasons, and the answers of a run.

Both are stored as the portal stores them, by its own rules, evaluator and columns; only the cases are
written in bulk, without the form, the sources and the messages that belong to real ones.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench import engine_population, engine_register, engine_stored, families
from eligibility import parameters
from eligibility.documents import document_of
from eligibility.models import Determination, RuleSet, Run, RunRules, Snapshot
from eligibility.populations.answering import plan_of
from eligibility.populations.columns import facts_of
from eligibility.replaying import fact_values, outcome_fields
from eligibility.rules.catalogue import fact_type, recorded
from eligibility.rules.evaluate import evaluate
from enrollment.enums import ApplicationState, Channel, FamilyCardState, Sex, Step
from enrollment.models import Application, Family, Person
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import codes
from perlinsos.regions.models import Area

AT_ONCE = 500
UNKNOWN, OLD = 0.04, 0.03  # shares of the facts


def determinations(total: int, chance: random.Random, *, agent: User) -> None:
    """At least so many, of invented families whose facts are now and then unknown or old.

    Every programme has decided each of them, its versions in turn: also those that are not run, are past or to come.
    """
    known_rules = RuleSet.objects.kept().select_related("programme").order_by("programme", "valid_during")
    programmes = [list(versions) for _programme, versions in groupby(known_rules, lambda one: one.programme_id)]
    regional = parameters.nearest(parameters.in_force(["minimum_wage", "power_limit_va"]), families.VILLAGE)
    made = 0
    while made < total:
        with transaction.atomic():
            cases = _applications(made, agent)
            rows = [
                determination(case, versions[number % len(versions)], known, regional)
                for number, (case, known) in enumerate(_known(cases, chance))
                for versions in programmes
            ]
            made += len(Determination.objects.bulk_create(rows))


def answers(total: int, seed: int, folder: Path) -> None:
    """The answers of a whole re-decision of so many families, by the rules that run in the village of the proof."""
    for number, home in enumerate(engine_population.write(folder, total, seed)):
        engine_register.load(home, number)
        snapshot, rules = _run(number)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(engine_stored.filling(number, snapshot))
        engine_stored.in_columns(snapshot, rules)
        Run.objects.filter(pk=rules[0].run_id).update(done_through=2**62)


def _run(number: int) -> tuple[Snapshot, list[RunRules]]:
    by = service_account("eligibility")
    area, _created = Area.objects.get_or_create(code=f"{11 + number}", defaults={"name": "b", "level": "province"})
    values = parameters.nearest(parameters.in_force(["minimum_wage", "power_limit_va"]), families.VILLAGE)
    snapshot = Snapshot(area=area, taken_at=timezone.now())
    run = Run(area=area, snapshot=snapshot, started_by=by)
    rules = [
        RunRules(run=run, rule_set=rule_set, parameters=values, villages=["v"])
        for rule_set in RuleSet.objects.running_in(families.VILLAGE)
    ]
    snapshot.facts = sorted({recorded(fact.name) for fact in facts_of([plan_of(one) for one in rules])})
    for row in (snapshot, run, *rules):
        row.save(force_insert=True)
    return snapshot, rules


def _applications(first: int, agent: User) -> list[Application]:
    """Cases that were decided, with nothing but what a row must have."""
    numbers = range(first, first + AT_ONCE)
    village = Area.objects.get(pk=families.VILLAGE)
    people = Person.objects.bulk_create(
        Person(name=f"Warga Rekaan {number}", sex=Sex.FEMALE, birth_date="1980-01-01", birth_year=1980)
        for number in numbers
    )
    homes = Family.objects.bulk_create(Family(village=village) for _ in numbers)
    return Application.objects.bulk_create(
        Application(
            reference=f"BUKTI-{agent.pk}-{number}",
            receipt_code=codes.new_code("BNC"),
            state=ApplicationState.DECIDED,
            channel=Channel.AGENT,
            assisted_by=agent,
            applicant=person,
            family=home,
            village=village,
            step=Step.REVIEW,
            family_card_state=FamilyCardState.RECEIVED,
            submitted_at=timezone.now(),
        )
        for number, person, home in zip(numbers, people, homes, strict=True)
    )


def _known(cases: list[Application], chance: random.Random) -> Iterator[tuple[Application, dict[str, Any]]]:
    today = timezone.localdate()
    for case in cases:
        said = families.facts_of(chance)
        yield (
            case,
            {name: _kept(name, value, chance, today) for name, value in said.items() if chance.random() > UNKNOWN},
        )


def _kept(name: str, value: int | bool, chance: random.Random, today: date) -> dict[str, Any]:
    """As a determination keeps a fact."""
    is_old = chance.random() < OLD
    age = fact_type(name).max_age_days + 1 if is_old else chance.randrange(90)
    kept = {"id": chance.randrange(1, 10**9), "value": value, "source": name.partition(".")[0]}
    return {**kept, "as_of": (today - timedelta(days=age)).isoformat(), **({"is_old": True} if is_old else {})}


def determination(
    case: Application, rule_set: RuleSet, known: dict[str, Any], regional: dict[str, int]
) -> Determination:
    document = document_of(rule_set)
    facts = {name: fact for name, fact in known.items() if name in document.facts}
    used = {name: regional[name] for name in document.regional_parameters & regional.keys()}
    return Determination(
        application=case,
        programme=rule_set.programme,
        rule_set=rule_set,
        facts=facts,
        parameters=used,
        criteria_count=len(document.criteria),
        cause="first",
        **outcome_fields(evaluate(document, fact_values(facts), used)),
    )
