"""The officers' list of announced results that would be other ones today."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eligibility import differences, paging, permissions, queue
from eligibility.forms import QueueFilterForm
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access


@require_safe
def difference_list(request: UserRequest) -> HttpResponse:
    """Families of the area, the newest first; from here an officer opens a case and looks at its data again."""
    access.ensure(permissions.can_read_cases(request.user))
    form = QueueFilterForm(request.GET, areas=queue.areas(request.user), programmes=queue.programmes())
    changes = differences.found_for(request.user, area=form.chosen("wilayah"), programme=form.chosen("program"))
    found = paging.page(changes, request.GET, by=("-pk",))
    context = {"filters": form, "rows": differences.rows(found.rows), "page": found}
    return render(request, "eligibility/difference_list.html", context)
