"""What checking faces and asking sources adds to the menu of the desk."""

from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.desk_menu import Tab, register
from verification import permissions

register(
    Tab(_("Faces"), "face-queue", permissions.can_open_desk, rank=80),
    Tab(_("Duplicates"), "duplicate-queue", permissions.can_open_desk, rank=90),
    Tab(_("Photos"), "picture-retention", permissions.can_see_faces, rank=100),
    Tab(_("Sources"), "source-health", permissions.can_open_desk, rank=110),
)
