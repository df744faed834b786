"""Every stored decision is made again and must be the same.

Determinations are decided by the evaluator of one family, text by text. Answers of runs, which were
decided in columns, are decided by the other form: inside PostgreSQL, from their snapshot. Ranges of
ids keep the memory small and let a proof go on where it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from eligibility.models import Determination, RuleSet, RunRules
from eligibility.populations import ages, hearing, sql
from eligibility.populations.answering import plan_of
from eligibility.populations.columns import KEY, fact_column, words
from eligibility.replaying import replay
from eligibility.rules.catalogue import recorded
from eligibility.rules.plan import Plan

AT_ONCE = 1_000
ANSWERS_AT_ONCE = 50_000
# What `replay` reads of a determination.
REPLAYED = ("rule_set", "facts", "parameters", "outcome", "trace", "amount_per_year", "amount_parts", "need_score")
SHOWN = 20


@dataclass
class Proof:
    """How many were made again, and the ids (of determinations, of applications) that came out otherwise."""

    replayed: int = 0
    different: list[int] = field(default_factory=list)

    def add(self, other: "Proof") -> None:
        self.replayed += other.replayed
        self.different += other.different


def ranges(first: int, last: int, width: int) -> Iterator[tuple[int, int]]:
    """From `first` to `last` in steps: `(after, through)`."""
    for start in range(first - 1, last, width):
        yield start, min(start + width, last)


def prove_determinations(after: int, through: int) -> Proof:
    rows = Determination.objects.filter(pk__gt=after, pk__lte=through).order_by("pk").only(*REPLAYED)
    rule_sets = RuleSet.objects.in_bulk()
    proof = Proof()
    for determination in rows.iterator(chunk_size=AT_ONCE):
        determination.rule_set = rule_sets[determination.rule_set_id]
        proof.replayed += 1
        if not replay(determination):
            proof.different.append(determination.pk)
    return proof


def prove_answers(rules: RunRules, after: int, through: int) -> Proof:
    """The families of a range of applications whose village these rules are for; a missing answer differs."""
    ready = plan_of(rules)
    facts = ", ".join(_columns(ready, rules.run.snapshot.facts))
    stored = ["outcome", "amount_per_year", "need_score", "results"]
    source = f"""(
        SELECT s.application_id AS {KEY}, {facts}, {", ".join(f"a.{column}" for column in stored)}
        FROM eligibility_snapshotrow s
        LEFT JOIN eligibility_runanswer a ON a.rules_id = {rules.pk:d} AND a.application_id = s.application_id
          AND a.application_id > {after:d} AND a.application_id <= {through:d}
        WHERE s.snapshot_id = {rules.run.snapshot_id:d} AND s.village_code = ANY(%s)
          AND s.application_id > {after:d} AND s.application_id <= {through:d})"""  # noqa: S608 - compiled names and whole numbers, no text of people
    results = ", ".join(f"results_0_{word}" for word in range(words(ready)))
    again = sql.decide([ready], source, sql.POSTGRES, carry=[KEY, *stored])
    is_same = f"({', '.join(stored)}) IS NOT DISTINCT FROM (outcome_0, amount_0, need_0, ARRAY[{results}])"
    query = f"SELECT count(*), (array_agg({KEY}) FILTER (WHERE NOT {is_same}))[:{SHOWN}] FROM ({again}) again"  # noqa: S608 - compiled names and whole numbers, no text of people
    with transaction.atomic(), connection.cursor() as cursor:
        # A planner that has not counted the rows of a new run yet takes each range for a single row.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(query, [rules.villages])
        replayed, different = cursor.fetchone()
    return Proof(replayed, different or [])


def _columns(ready: Plan, names: list[str]) -> Iterator[str]:
    """What the plan reads: from the snapshot, and what was heard of other programmes from the answer."""
    heard = hearing.heard(ready)
    for fact in ready.columns:
        if fact.name in heard:
            yield f"a.heard[{heard.index(fact.name) + 1}] AS {fact_column(fact.name)}"
            continue
        place = names.index(recorded(fact.name)) + 1
        value = f"s.values[{place}]"
        if ages.is_limited(fact.name):
            value = ages.limited_sql(fact.name, value, f"s.ages[{place}]")
        yield f"{value} AS {fact_column(fact.name)}"
