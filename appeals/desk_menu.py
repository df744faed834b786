"""What objections add to the menu of the desk."""

from django.utils.translation import gettext_lazy as _

from appeals import permissions
from perlinsos.accounts.desk_menu import Tab, register

register(Tab(_("Objections"), "appeal-queue", permissions.can_open_appeals, rank=70))
