"""The only writers of what was declared. Each module is one part of a family's way to the receipt."""

from enrollment.services.again import close_application, start_again
from enrollment.services.answers import answer_account, answer_contact, answer_home, answer_home_again
from enrollment.services.consenting import give_consent, refuse_consent
from enrollment.services.family_step import choose_village, confirm_family, keep_typed_family, record_family_card
from enrollment.services.photos import add_selfie, choose_manual_photo, note_device
from enrollment.services.progress import begin_matching, record_announced, record_decided
from enrollment.services.starting import start_application, start_assisted
from enrollment.services.submission import submit_application
from enrollment.services.texts import publish_consent_texts

__all__ = [
    "add_selfie",
    "answer_account",
    "answer_contact",
    "answer_home",
    "answer_home_again",
    "begin_matching",
    "choose_manual_photo",
    "note_device",
    "choose_village",
    "close_application",
    "confirm_family",
    "give_consent",
    "keep_typed_family",
    "publish_consent_texts",
    "record_announced",
    "record_decided",
    "record_family_card",
    "refuse_consent",
    "start_again",
    "start_application",
    "start_assisted",
    "submit_application",
]
