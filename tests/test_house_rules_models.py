"""Rules of the house about tables: what the database must refuse, and what may know what."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import models

from perlinsos.core.fields import BlindIndexField
from perlinsos.core.models import StatefulModel
from tests.support import code
from tests.test_house_rules import no

OWN = [
    config for config in apps.get_app_configs() if config.path.startswith(str(code.ROOT)) and ".venv" not in config.path
]
RANK = {layer.replace("/", "."): number for number, layer in enumerate(code.LAYERS)}
BELOW = -1  # Django's and allauth's own tables
USER = get_user_model()  # AUTH_USER_MODEL: Django's own way for a lower table to know who acts


def own_models() -> Iterator[type[models.Model]]:
    for config in OWN:
        yield from config.get_models(include_auto_created=False)


def foreign_keys(model: type[models.Model]) -> Iterator[models.ForeignKey]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and not field.auto_created:
            yield field


def test_every_app_has_its_layer() -> None:
    no(
        [config.name for config in OWN if config.name not in RANK],
        instead="Give the app its place in tests/support/code.py LAYERS:",
    )


def test_tables_point_down_only() -> None:
    """A string foreign key upward is an upward import in disguise; import-linter cannot see it."""
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in own_models()
        for field in foreign_keys(model)
        if field.related_model is not USER
        and RANK.get(field.related_model._meta.app_config.name, BELOW) > RANK[model._meta.app_config.name]
    ]
    no(upward, instead="A table knows only its own layer and those below; turn the key around:")


def test_nothing_disappears_with_something_else() -> None:
    hits = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in foreign_keys(model)
        if field.remote_field.on_delete not in (models.RESTRICT, models.PROTECT)
    ]
    no(hits, instead="on_delete=RESTRICT: people, cases and decisions are never deleted by way of another row:")


def test_nullable_columns_may_be_blank() -> None:
    hits = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if field.null and not field.blank
    ]
    no(hits, instead="null=True goes with blank=True, or full_clean refuses what the database accepts:")


def test_states_are_kept_by_the_database() -> None:
    hits = []
    for model in own_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        if "state" not in fields:
            continue
        if fields["state"].editable:
            hits.append(f"{model._meta.label}.state is editable")
        if not any(_knows_states(constraint) for constraint in model._meta.constraints):
            hits.append(f"{model._meta.label} lacks state_constraint(…)")
    no(hits, instead="state has editable=False and a state_constraint; only workflow.move changes it:")


def _knows_states(constraint: models.BaseConstraint) -> bool:
    return isinstance(constraint, models.CheckConstraint) and constraint.name.endswith("_state_is_known")


def test_choices_are_kept_by_the_database() -> None:
    hits = []
    for model in own_models():
        checked = {
            child[0].removesuffix("__in")
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
            for child in constraint.condition.children
            if isinstance(child, tuple)
        }
        hits += [
            f"{model._meta.label}.{field.name}"
            for field in model._meta.concrete_fields
            if field.choices and field.name not in checked and not field.blank
        ]
    no(hits, instead="choices= is only form validation: add choice_constraint(…):")


def test_transitions_name_known_states() -> None:
    hits = []
    for model in own_models():
        if issubclass(model, StatefulModel):
            known = {value for value, _label in model._meta.get_field("state").choices}
            named = set(model.TRANSITIONS) | {state for targets in model.TRANSITIONS.values() for state in targets}
            hits += [f"{model._meta.label}: {state}" for state in named - known]
    no(hits, instead="TRANSITIONS may name only states of the model's own enum:")


def test_constraints_read_as_rules() -> None:
    hits = [
        constraint.name
        for model in own_models()
        for constraint in model._meta.constraints
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+){2,}", constraint.name)
    ]
    no(hits, instead="Name a constraint <model>_<rule in words>: operators read it in the error log:")


def test_a_blind_index_is_saved_with_its_value() -> None:
    """`save(update_fields=["nik"])` would leave the old index behind: the person would be found by the old NIK."""
    pairs = {
        (field.source, field.name)
        for model in own_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BlindIndexField)
    }
    hits = [
        f"{code.at(file, node)} {source} without {index}"
        for file in code.product()
        for node in ast.walk(code.tree(file))
        if isinstance(node, ast.keyword) and node.arg == "update_fields"
        for source, index in pairs
        if f"'{source}'" in ast.unparse(node) and f"'{index}'" not in ast.unparse(node)
    ]
    no(hits, instead="Name the blind index together with its value in update_fields:")


def test_personal_values_are_sealed() -> None:
    personal = re.compile(r"^(nik|kk_number|phone|birth_date|birth_place|witness|holder|template)$")
    hits = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if personal.match(field.name) and type(field).__name__ != "EncryptedTextField"
    ]
    no(hits, instead="Personal values are EncryptedTextField, with a BlindIndexField to find them:")


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        pytest.fail(f"Run ./portal manage makemigrations and name the migration as a sentence:\n{said.getvalue()}")


def test_migrations_have_names_and_one_order() -> None:
    hits = []
    for config in OWN:
        names = sorted(file.stem for file in (Path(config.path) / "migrations").glob("[0-9]*.py"))
        hits += [f"{config.label}: {name}" for name in names if re.search(r"_auto_|_alter_|_initial$", name)]
        twice = [number for number, count in Counter(name[:4] for name in names).items() if count > 1]
        hits += [f"{config.label}: two migrations {number}" for number in twice]
    no(hits, instead="A migration is named as a sentence, and each app has one line of them:")
