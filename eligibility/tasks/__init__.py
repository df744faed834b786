"""Work of the queue `decide`. Each task may run twice."""

from celery import shared_task

from eligibility import overlooked, queue
from eligibility.models import FollowedParameter, RuleSet, Run, Simulation
from eligibility.services import (
    decisions,
    ended_waits,
    first_days,
    following,
    monthly,
    overlaps,
    places,
    rankings,
    runs,
    simulations,
)
from eligibility.tasks.asking import ask_families
from eligibility.tasks.receiving import (
    answer_recertification,
    look_after_participation,
    start_participations,
    sweep_participations,
)
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs

__all__ = [
    "answer_recertification",
    "ask_families",
    "look_after_participation",
    "start_participations",
    "sweep_participations",
]


@shared_task(name="eligibility.decide_application")
def decide_application(*, application_id: int) -> None:
    decisions.decide_if_ready(application_id, by=service_account("eligibility"))


@shared_task(name="eligibility.sweep_decisions")
def sweep_decisions() -> None:
    """Whatever is complete and was not decided, or not by its newest data: a message was lost or a worker died."""
    for application_id in (*queue.due(), *overlooked.due()):
        jobs.enqueue("eligibility.decide_application", application_id=application_id)


@shared_task(name="eligibility.publish_places")
def publish_places(*, ranking_id: int) -> None:
    by = service_account("eligibility")
    are_left = rankings.publish_places(ranking_id, by=by)
    if ended_waits.tell_ended(ranking_id, by=by) or are_left:
        jobs.enqueue("eligibility.publish_places", ranking_id=ranking_id)


@shared_task(name="eligibility.sweep_places")
def sweep_places() -> None:
    """Rankings with families that were not told yet, because a message was lost or a worker died."""
    for ranking_id in queue.untold_rankings():
        jobs.enqueue("eligibility.publish_places", ranking_id=ranking_id)


@shared_task(name="eligibility.fill_free_places")
def fill_free_places(*, quota_id: int) -> None:
    places.fill_free_places(quota_id, by=service_account("eligibility"))


@shared_task(name="eligibility.sweep_free_places")
def sweep_free_places() -> None:
    """Places that fell free (a family left, the quota grew) while others wait for one."""
    for quota_id in queue.quotas_to_fill():
        jobs.enqueue("eligibility.fill_free_places", quota_id=quota_id)


@shared_task(name="eligibility.end_waiting")
def end_waiting(*, batch_id: int) -> None:
    ended_waits.end_waiting(batch_id, by=service_account("eligibility"))


@shared_task(name="eligibility.sweep_periods")
def sweep_periods() -> None:
    """Waiting lists of quotas whose last day is over: found on the first day after it, or when the result is final."""
    for batch_id in queue.batches_to_end():
        jobs.enqueue("eligibility.end_waiting", batch_id=batch_id)


@shared_task(name="eligibility.follow_places")
def follow_places(*, programme_id: int) -> None:
    if overlaps.follow_places(programme_id, by=service_account("eligibility")):
        jobs.enqueue("eligibility.follow_places", programme_id=programme_id)


@shared_task(name="eligibility.sweep_overlaps")
def sweep_overlaps() -> None:
    """Places that other programmes look at, because a message was lost or an objection had to be answered first."""
    for programme_id in queue.programmes_to_follow():
        jobs.enqueue("eligibility.follow_places", programme_id=programme_id)


@shared_task(name="eligibility.advance_run")
def advance_run(*, run_id: int) -> None:
    if runs.advance_run(run_id, by=service_account("eligibility")):
        jobs.enqueue("eligibility.advance_run", run_id=run_id)


@shared_task(name="eligibility.take_monthly_snapshots")
def take_monthly_snapshots() -> None:
    """One regency after the other, each by itself: what dies here goes on the next night."""
    for area in queue.without_monthly_snapshot():
        monthly.take_monthly(area, by=service_account("eligibility"))


@shared_task(name="eligibility.sweep_runs")
def sweep_runs() -> None:
    """Full re-decisions under way, because a message was lost or a worker died."""
    for run_id in Run.objects.due().values_list("pk", flat=True):
        jobs.enqueue("eligibility.advance_run", run_id=run_id)


@shared_task(name="eligibility.advance_simulation")
def advance_simulation(*, simulation_id: int) -> None:
    by = service_account("eligibility")
    try:
        is_left = simulations.advance_simulation(simulation_id, by=by)
    except Exception:  # whatever it was is counted, and raised on
        simulations.note_failure(simulation_id, by=by)
        raise
    if is_left:
        jobs.enqueue("eligibility.advance_simulation", simulation_id=simulation_id)


@shared_task(name="eligibility.sweep_simulations")
def sweep_simulations() -> None:
    """Simulations under way, because a message was lost or a worker died."""
    for simulation_id in Simulation.objects.due().values_list("pk", flat=True):
        jobs.enqueue("eligibility.advance_simulation", simulation_id=simulation_id)


@shared_task(name="eligibility.begin_rule_set")
def begin_rule_set(*, rule_set_id: int) -> None:
    if first_days.begin_rule_set(rule_set_id, by=service_account("eligibility")):
        jobs.enqueue("eligibility.begin_rule_set", rule_set_id=rule_set_id)


@shared_task(name="eligibility.sweep_rule_sets")
def sweep_rule_sets() -> None:
    """Versions whose first day has come, or whose beginning was cut short."""
    for rule_set_id in RuleSet.objects.due().values_list("pk", flat=True):
        jobs.enqueue("eligibility.begin_rule_set", rule_set_id=rule_set_id)


@shared_task(name="eligibility.follow_parameter")
def follow_parameter(*, followed_parameter_id: int) -> None:
    if following.follow_parameter(followed_parameter_id, by=service_account("eligibility")):
        jobs.enqueue("eligibility.follow_parameter", followed_parameter_id=followed_parameter_id)


@shared_task(name="eligibility.sweep_parameters")
def sweep_parameters() -> None:
    """Values of regions that were entered or corrected, whose first day came or that ended; and who still follows."""
    following.note_parameters(by=service_account("eligibility"))
    for followed_parameter_id in FollowedParameter.objects.due().values_list("pk", flat=True):
        jobs.enqueue("eligibility.follow_parameter", followed_parameter_id=followed_parameter_id)
