"""Letters as PDF/UA: A4, large type, a QR that leads to the public check page.

Templates are Typst files in `perlinsos/messages/typst/<kind>.typ`; they read the data of one letter
from `sys.inputs.letter` (JSON). Nothing of a letter is written to disk unsealed.
"""

import json
from io import BytesIO
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from perlinsos.messages.models import Letter

TEMPLATES = Path(__file__).parent / "typst"


def render(letter: Letter) -> bytes:
    """The PDF of one letter; `letter.kind` names the template, `letter.content` fills it."""
    address = settings.BASE_URL + reverse("letter-check", args=[letter.code])
    with translation.override("id"):
        data = {
            **json.loads(letter.content),
            "code": letter.code,
            "address": address,
            "issued_on": date_format(letter.issued_on, "j F Y"),
            "qr": _qr(address),
        }
    template = TEMPLATES / f"{letter.kind}.typ"
    pdf: bytes = typst.compile(  # type: ignore[type-var]  # its stub forgets that bytes are allowed
        template.read_bytes(),
        root=TEMPLATES,
        sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    return pdf


def _qr(address: str) -> str:
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", xmldecl=False, svgclass=None, lineclass=None)
    return picture.getvalue().decode()
