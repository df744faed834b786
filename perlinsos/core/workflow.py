"""Moving a case from state to state: transitions are data, moving is compare-and-set."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.core import audit
from perlinsos.core.errors import DomainError

if TYPE_CHECKING:
    from perlinsos.core.models import StatefulModel

T = TypeVar("T", bound="StatefulModel")


def move(instance: T, to: str, *, by: Any, reason: str = "", noted: Any = None, **fields: Any) -> T:
    """Move `instance` to state `to`, setting `fields` in the same UPDATE, and record who did it.

    Raises DomainError `bad_transition` when the table of the model has no such step, and `stale`
    when somebody else moved the row first. `by` is the acting user or a service account; `noted` has
    further entries for the audit trail by name.
    """
    source = instance.state
    if to not in type(instance).TRANSITIONS.get(source, frozenset()):
        raise DomainError(_("This step is not possible now."), code="bad_transition")
    changed = (
        type(instance)
        ._base_manager.filter(pk=instance.pk, state=source)
        .update(state=to, updated_at=timezone.now(), **fields)
    )
    if not changed:
        raise DomainError(_("Someone else changed this first. Reload the page."), code="stale")
    instance.refresh_from_db()
    label = instance._meta.label_lower
    audit.record(f"{label}.{to}", subject=instance, by=by, source=source, reason=reason, **(noted or {}))
    return instance
