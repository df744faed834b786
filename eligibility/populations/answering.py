"""One chunk of a full re-decision: decided in columns, stored by COPY, compared with what holds now."""

import json

import polars as pl

from eligibility.documents import document_of
from eligibility.populations import frames
from eligibility.populations.columns import KEY, OUTCOMES, unpacked, words
from eligibility.populations.models import RunChange, RunRules
from eligibility.populations.snapshots import VILLAGE, copied_out, copy_in
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


def answer(facts: pl.DataFrame, rules: RunRules) -> None:
    """Decide and store those of `facts` whose village these rules are for, and note who is touched."""
    decided = store(facts, rules)
    touched = changed(decided, rules)
    RunChange.objects.bulk_create(RunChange(rules=rules, application_id=key) for key in touched)


def store(facts: pl.DataFrame, rules: RunRules) -> pl.DataFrame:
    """Decide and store those of `facts` whose village these rules are for; their answer columns."""
    here = facts.lazy().filter(pl.col(VILLAGE).is_in(rules.villages))
    ready = plan_of(rules)
    decided = frames.decide(here, [ready]).collect()
    copy_in("eligibility_runanswer", _as_rows(decided, ready, rules.pk))
    return decided


def _as_rows(decided: pl.DataFrame, ready: Plan, rules_id: int) -> pl.DataFrame:
    """Columns of the table of answers; results as an array of PostgreSQL."""
    spelt = pl.concat_str([pl.col(f"results_0_{word}") for word in range(words(ready))], separator=",")
    return decided.select(
        pl.lit(rules_id).alias("rules_id"),
        pl.col(KEY).alias("application_id"),
        pl.col("outcome_0").alias("outcome"),
        pl.col("amount_0").alias("amount_per_year"),
        pl.col("need_0").alias("need_score"),
        pl.concat_str(pl.lit("{"), spelt, pl.lit("}")).alias("results"),
    )


def changed(decided: pl.DataFrame, rules: RunRules) -> list[int]:
    """The families whose answer or reasons differ from their current determination, or who have none.

    A determination younger than the snapshot knows more than it and is left alone.
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
    """What holds now for these applications; an empty outcome marks what is younger than the snapshot."""
    taken_at = rules.run.snapshot.taken_at.isoformat()
    first, last = int(keys[0]), int(keys[-1])
    query = f"""
        SELECT d.application_id, CASE WHEN d.decided_at > '{taken_at}' THEN '' ELSE d.outcome END,
               d.amount_per_year, d.need_score,
               jsonb_path_query_array(d.trace, '$[*].criterion')::text
               || jsonb_path_query_array(d.trace, '$[*].result')::text
        FROM eligibility_determination d
        WHERE d.programme_id = {rules.rule_set.programme_id:d}
          AND d.application_id BETWEEN {first} AND {last}
          AND NOT EXISTS (SELECT 1 FROM eligibility_determination newer WHERE newer.supersedes_id = d.id)
    """  # noqa: S608 - numbers and an instant of our own
    return copied_out(query, CURRENT).with_columns(pl.col("outcome").fill_null(""))
