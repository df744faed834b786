"""What people read about a face: one plain hint for the person, what the machine thinks for the officer."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verification.faces.codes import Break, Hint, Reason
from verification.models import FaceRecording
from verification.settlement import LEANS

# One thing to do, never a score, never blame.
HINTS: dict[str, str | Promise] = {
    Hint.UNREADABLE: _("This photo cannot be opened. Take a new one."),
    Hint.NONE: _("Your face cannot be seen yet. Hold the phone level with your eyes, without mask or sunglasses."),
    Hint.MANY: _("There is more than one face. Only you should be in the photo."),
    Hint.TOO_SMALL: _("Your face is too far away. Come closer."),
    Hint.BLURRY: _("The photo is not sharp. Wipe the lens and hold still."),
    Hint.DARK: _("It is too dark. Face a window or a lamp."),
    Hint.BRIGHT: _("It is too bright. Move out of the sun."),
    Hint.SIDE_LIGHT: _("The light comes from one side. Face a window or a lamp."),
    Hint.TURNED: _("Look straight at the camera."),
    Hint.TILTED: _("Hold your head and the phone upright."),
    Hint.EYES_CLOSED: _("Keep your eyes open. Take the photo again."),
}
# Who tries to cheat learns nothing; who did not reads what to do.
INTERRUPTED = _("The recording was interrupted. Start again.")
WHAT_TO_DO: dict[str, str | Promise] = {
    **HINTS,
    Break.REPEATED: INTERRUPTED,
    Break.OTHER_PERSON: INTERRUPTED,
    Break.JUMPED: INTERRUPTED,
    Break.MOVE_MISSED: _("The camera did not see every movement. Move a little further, and slowly."),
    Break.LOST: _("Your face left the picture. Turn only a little, and hold the phone still."),
}
ANOTHER_TRY = _("Take the photo once more, in a bright place.")

# Shown to an officer only after the officer has answered.
MACHINE_SAYS = {
    Reason.UNCERTAIN: _("The machine thinks the faces are alike, but it is not sure."),
    Reason.MISMATCH: _("The machine thinks these may be two people."),
    Reason.REFERENCE_UNUSABLE: _("The machine could not use the photograph of the register."),
    Reason.NOT_LIVE: _(
        "The machine thinks it is the same person. It was a photo, so nobody saw that the person was there."
    ),
    Break.MOVE_MISSED: _("The movements that were asked for are not in the recording."),
    Break.REPEATED: _("Pictures of the recording are copies of each other, or were sent before."),
    Break.OTHER_PERSON: _("The recording may show more than one person."),
    Break.JUMPED: _("The face jumps in the recording. Pictures may have been swapped."),
    Break.LOST: _("The face is missing in a part of the recording."),
    "sample": _("The machine accepted it. It is one of a few drawn by chance, to count the machine's errors."),
    "tries_used": _("Three photos could not be used by the machine."),
    "rejected_before": _("The machine thinks it is the same person. An officer said no to an earlier photo."),
}
NOT_COMPARED = _("The machine has compared nothing.")


def hint(code: str) -> str:
    """What to do better, for a person who is asked to take the photo again."""
    return str(WHAT_TO_DO.get(code, ANOTHER_TRY))


def machine_says(code: str) -> str:
    return str(MACHINE_SAYS.get(code, NOT_COMPARED))


def differs(code: str, *, confirms: bool) -> bool:
    """Whether the machine leans the other way than the officer, so that a second look is worth it."""
    return LEANS.get(code) == (not confirms)


def texture_says(recording: FaceRecording | None) -> str:
    """The passive measure of a recording, and how little it says; empty where there is none."""
    if recording is None or recording.texture is None:
        return ""
    share = f"{recording.texture:.2f}".replace(".", ",")
    return gettext("%(share)s percent. Only a hint: prints are often lower, and so are cheap cameras.") % {
        "share": share
    }
