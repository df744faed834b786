"""Who the agents are, and how long they need. Where they may work is an accounts.Membership."""

from typing import ClassVar

from django.contrib import admin

from agents.models import AgentProfile, AssistedVisit
from perlinsos.core.admin import Kept, ReadOnly


@admin.register(AgentProfile)
class AgentProfileAdmin(Kept):
    """Who once was an agent stays: families were enrolled by that person."""

    fields: ClassVar = ["user", "kind", "decree", "trained_on"]
    list_display: ClassVar = ["user", "kind", "decree", "trained_on"]
    list_filter: ClassVar = ["kind"]
    list_select_related: ClassVar = ["user", "decree"]
    raw_id_fields: ClassVar = ["user", "decree"]
    search_fields: ClassVar = ["user__name", "user__email"]


@admin.register(AssistedVisit)
class AssistedVisitAdmin(ReadOnly):
    fields: ClassVar = ["agent", "application", "started_at", "finished_at", "photo_obstacle"]
    list_display: ClassVar = ["application", "agent", "started_at", "finished_at", "photo_obstacle"]
    list_filter: ClassVar = ["photo_obstacle"]
    list_select_related: ClassVar = ["agent", "application"]
    date_hierarchy = "started_at"
