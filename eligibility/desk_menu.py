"""What deciding and giving places adds to the menu of the desk."""

from django.utils.translation import gettext_lazy as _

from eligibility import permissions
from perlinsos.accounts.desk_menu import Tab, register

register(
    Tab(_("Queue"), "officer-home", permissions.can_read_cases, rank=10),
    Tab(_("Announcements"), "batch-list", permissions.can_open_batches, rank=20),
    Tab(_("Places"), "place-list", permissions.can_open_batches, rank=30),
    Tab(_("Recipients"), "participation-queue", permissions.can_read_cases, rank=40),
    Tab(_("Rules"), "rule-list", permissions.can_open_rules, rank=50),
    Tab(_("Simulations"), "simulation-list", permissions.can_open_simulations, rank=60),
)
