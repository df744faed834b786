"""Asking for a result without an account."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.forms.fields import ProofNumberField
from perlinsos.core.forms import PortalForm, ThreeBoxDateField


class LookupForm(PortalForm):
    code = ProofNumberField(
        label=_("Proof number"),
        help_text=_("On the receipt or in the message. Example: BWI-7K4M-92QX"),
        error_messages={"required": _("Fill in the proof number.")},
    )
    birth_date = ThreeBoxDateField(
        label=_("Date of birth of the applicant"), help_text=_("As on the KTP. Example: 27 3 1962")
    )

    def refuse(self) -> None:
        """The one answer to everything that does not fit."""
        self.add_error(None, gettext("Number and date of birth do not fit together. Check both again."))
