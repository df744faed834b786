"""What is claimed of the face check, in words: the measured figures with their bounds, and what was never shown."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification.faces.calibration import Rate
from verification.faces.measured import ATTACKS_COUNTED, MATCH, PEOPLE_PASSED

STANDARD = "ISO/IEC 30107-3"
LISTS = {
    "lfw": "Labeled Faces in the Wild",
    "east_asian_names": gettext_lazy("East and South-East-Asian names in it"),
    "recaptured": gettext_lazy("webcam against printed portrait"),
}


def figures() -> list[tuple[str, str]]:
    """What was counted, and how many of how many with the exact 95 % interval, in the language in force."""
    rows = []
    for each in MATCH:
        pairs = {"pairs": LISTS[each.pairs]}
        rows += [
            (_("Strangers accepted (%(pairs)s)") % pairs, words(each.strangers)),
            (_("Same person accepted (%(pairs)s)") % pairs, words(each.accepted)),
            (_("Same person taken for another, for an officer (%(pairs)s)") % pairs, words(each.lost)),
        ]
    rows.append((_("Attacks with prints, copies and swapped pictures that counted"), words(ATTACKS_COUNTED)))
    rows.append((_("Recordings of people that counted (synthetic turns of real faces)"), words(PEOPLE_PASSED)))
    return rows


def words(rate: Rate) -> str:
    low, high = (_percent(100 * bound) for bound in rate.interval)
    hits, among = number_format(rate.hits), number_format(rate.among)
    return _("%(hits)s of %(among)s (%(low)s to %(high)s %%)") % {
        "hits": hits,
        "among": among,
        "low": low,
        "high": high,
    }


def _percent(value: float) -> str:
    """Two digits that say something: 0.059, 0.13, 3.8, 85; below 0.0005 it is 0."""
    digits = next((digits for least, digits in ((10, 0), (1, 1), (0.1, 2), (0.0005, 3)) if value >= least), 0)
    return number_format(round(value, digits), digits)  # which cuts off what is left
