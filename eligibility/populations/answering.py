"""One chunk of a full re-decision: decided in columns, stored by COPY, compared with what holds now."""

import json
from collections.abc import Collection, Iterable, Sequence

import polars as pl

from eligibility.documents import document_of
from eligibility.enums import Placement
from eligibility.models.batches import PUBLIC
from eligibility.models.programmes import RuleSet
from eligibility.models.rankings import RankedEntry
from eligibility.populations import ages, frames, hearing
from eligibility.populations.columns import KEY, OUTCOMES, answer_columns, fact_column, unpacked, words
from eligibility.populations.models import RunChange, RunRules
from eligibility.populations.snapshots import VILLAGE, copied_out, copy_in
from eligibility.rules.overlapping import speaker
from eligibility.rules.plan import Plan, plan

CURRENT = {
    KEY: pl.Int64,
    "outcome": pl.String,
    "amount_per_year": pl.Int64,
    "need_score": pl.Int64,
    "reasons": pl.String,
}


def plan_of(rules: RunRules) -> Plan:
    """The rules as they were fixed when the run started."""
    return plan(document_of(rules.rule_set), rules.parameters)


def limited_facts(every: Iterable[RunRules]) -> set[str]:
    """The facts of which some of these rules ask for fresher data than the catalogue: `pln.power_va@180`."""
    return {fact.name for rules in every for fact in plan_of(rules).columns if ages.is_limited(fact.name)}


def answer(facts: pl.DataFrame, every: Sequence[RunRules]) -> None:
    """Decide and store `facts`, each by the rules of its village, and note who is touched.

    `every` rules come after those of programmes that may block them, and hear what those say. `facts` have
    the ages of what `limited_facts` names.
    """
    plans = [plan_of(rules) for rules in every]
    asked = sorted({name for ready in plans for name in hearing.heard(ready)})
    facts = ages.with_limited(facts, limited_facts(every))
    facts = _placed(facts.with_columns(hearing.silence(plans)), {speaker(name) for name in asked})
    for rules, ready in zip(every, plans, strict=True):
        spoken = hearing.spoken(asked, ready.document.programme)
        decided = store(facts, rules, spoken)
        RunChange.objects.bulk_create(RunChange(rules=rules, application_id=key) for key in changed(decided, rules))
        facts = hearing.spread(facts, decided.select(KEY, *map(fact_column, spoken)))


def store(facts: pl.DataFrame, rules: RunRules, spoken: Sequence[str] = ()) -> pl.DataFrame:
    """Decide and store those of `facts` whose village these rules are for; their answer columns.

    And what they say to other programmes, where somebody hears them: the facts `spoken`.
    """
    here = facts.lazy().filter(pl.col(VILLAGE).is_in(rules.villages))
    ready = plan_of(rules)
    place = pl.col(hearing.place_column(ready.document.programme))
    said = [hearing.told(0, hearing.is_paid(name, ready, 0), place).alias(fact_column(name)) for name in spoken]
    heard = map(fact_column, hearing.heard(ready))
    decided = frames.answered(here, {0: ready}).select(KEY, *answer_columns(ready, 0), *heard, *said).collect()
    copy_in("eligibility_runanswer", _as_rows(decided, ready, rules.pk))
    return decided


def _placed(facts: pl.DataFrame, programmes: Collection[str]) -> pl.DataFrame:
    """`facts` with a column per programme: whether the family is funded, NULL where it has no place yet."""
    if facts.is_empty() or not programmes:
        return facts
    rows = RankedEntry.objects.placements_between(int(facts[KEY][0]), int(facts[KEY][-1]), programmes)
    for programme in sorted(programmes):
        column = hearing.place_column(programme)
        funded = [(key, placement == Placement.FUNDED) for key, code, placement in rows if code == programme]
        placed = pl.DataFrame(funded, schema={KEY: pl.Int64, column: pl.Boolean}, orient="row")
        facts = facts.join(placed, on=KEY, how="left", maintain_order="left")
    return facts


def _as_rows(decided: pl.DataFrame, ready: Plan, rules_id: int) -> pl.DataFrame:
    """Columns of the table of answers; what was heard, where anything was, and results as arrays of PostgreSQL."""
    heard = [pl.col(fact_column(name)).cast(pl.String).fill_null("NULL") for name in hearing.heard(ready)]
    return decided.select(
        pl.lit(rules_id).alias("rules_id"),
        pl.col(KEY).alias("application_id"),
        pl.col("outcome_0").alias("outcome"),
        pl.col("amount_0").alias("amount_per_year"),
        pl.col("need_0").alias("need_score"),
        _array(f"results_0_{word}" for word in range(words(ready))).alias("results"),
        *([_array(heard).alias("heard")] if heard else []),
    )


def _array(parts: Iterable[str | pl.Expr]) -> pl.Expr:
    return pl.concat_str(pl.lit("{"), pl.concat_str(list(parts), separator=","), pl.lit("}"))


def changed(decided: pl.DataFrame, rules: RunRules) -> list[int]:
    """The families whose answer or reasons differ from their current determination, or who have none by these rules.

    A determination younger than the snapshot knows more than it and is left alone, and so is what is announced
    under earlier rules. Who waits for an announcement follows the rules even where the answer stays: one
    announcement rests on one version.
    """
    if decided.is_empty():
        return []
    ready = plan_of(rules)
    current = _current(rules, decided[KEY])
    expected = decided.select(
        KEY,
        pl.col("outcome_0").replace_strict(dict(enumerate(OUTCOMES)), return_dtype=pl.String).alias("outcome"),
        pl.col("amount_0").alias("amount_per_year"),
        pl.col("need_0").alias("need_score"),
        *(f"results_0_{word}" for word in range(words(ready))),
    ).join(_reasons(decided, ready), on=[f"results_0_{word}" for word in range(words(ready))])
    same = ["outcome", "amount_per_year", "need_score", "reasons"]
    agreed = expected.join(current, on=[KEY, *same], how="semi")
    younger = current.filter(pl.col("outcome") == "")
    return expected.join(agreed, on=KEY, how="anti").join(younger, on=KEY, how="anti")[KEY].sort().to_list()


def _reasons(decided: pl.DataFrame, ready: Plan) -> pl.DataFrame:
    """Every pattern of results that occurs, spelt as the trace of a determination spells it."""
    columns = [f"results_0_{word}" for word in range(words(ready))]
    names = json.dumps([criterion.name for criterion in ready.criteria])
    patterns = decided.select(columns).unique()
    spelt = [names + json.dumps(list(unpacked(row, len(ready.criteria)))) for row in patterns.iter_rows()]
    return patterns.with_columns(pl.Series("reasons", spelt, dtype=pl.String))


def _current(rules: RunRules, keys: pl.Series) -> pl.DataFrame:
    """What holds now for these applications; an empty outcome marks what is younger than the snapshot.

    Nothing holds of what rests on an earlier version, until it is announced.
    """
    taken_at = rules.run.snapshot.taken_at.isoformat()
    first, last = int(keys[0]), int(keys[-1])
    versions = RuleSet.objects.filter(programme=rules.rule_set.programme_id)
    earlier = versions.filter(valid_during__startswith__lt=rules.rule_set.valid_during.lower)
    ids = ", ".join(f"{pk:d}" for pk in earlier.values_list("pk", flat=True))
    query = f"""
        SELECT d.application_id, CASE WHEN d.decided_at > '{taken_at}' THEN '' ELSE d.outcome END,
               d.amount_per_year, d.need_score,
               jsonb_path_query_array(d.trace, '$[*].criterion')::text
               || jsonb_path_query_array(d.trace, '$[*].result')::text
        FROM eligibility_determination d
        WHERE d.programme_id = {rules.rule_set.programme_id:d}
          AND d.application_id BETWEEN {first} AND {last}
          AND NOT EXISTS (SELECT 1 FROM eligibility_determination newer WHERE newer.supersedes_id = d.id)
          AND (d.rule_set_id <> ALL('{{{ids}}}'::bigint[]) OR EXISTS (
                SELECT 1 FROM eligibility_batchentry e JOIN eligibility_batch b ON b.id = e.batch_id
                WHERE e.application_id = d.application_id AND e.programme_id = d.programme_id
                  AND NOT e.is_cancelled AND b.state = ANY('{{{", ".join(PUBLIC)}}}')))
    """  # noqa: S608 - numbers, states and an instant of our own
    return copied_out(query, CURRENT).with_columns(pl.col("outcome").fill_null(""))
