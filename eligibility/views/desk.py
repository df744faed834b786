"""The officers' queue."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eligibility import paging, permissions, queue
from eligibility.forms import QueueFilterForm
from enrollment.models import Application
from perlinsos.accounts.requests import UserRequest
from perlinsos.core import access


@require_safe
def officer_home(request: UserRequest) -> HttpResponse:
    """Applications of the officer's area in four tabs, oldest first; auditors and verifiers read."""
    access.ensure(permissions.can_read_cases(request.user))
    form = QueueFilterForm(request.GET, areas=queue.areas(request.user), programmes=queue.programmes())
    applications = queue.narrowed(
        Application.objects.visible_to(request.user).received(),
        area=form.chosen("wilayah"),
        programme=form.chosen("program"),
        outcome=form.chosen("hasil"),
    )
    asked = request.GET.get("bagian", "")
    counts = queue.counts(applications)
    tab = queue.Tab(asked) if asked in queue.Tab.values else queue.first_with_work(counts)
    rows = queue.with_details(queue.in_tab(applications, tab))
    found = paging.page(rows, request.GET, by=("submitted_at", "pk"))
    context = {
        "filters": form,
        "tabs": [(one, counts[one.name]) for one in queue.Tab],
        "tab": tab,
        "cases": queue.cases(found.rows),
        "page": found,
    }
    return render(request, "eligibility/queue.html", context)
