"""Parameters, decrees and stored files."""

from datetime import date
from typing import Any

import factory

from perlinsos.core import files
from perlinsos.core.models import StoredFile
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Parameter
from tests.factories.base import SINCE, Factory, area, photo


class ParameterFactory(Factory):
    class Meta:
        model = Parameter

    area = factory.LazyFunction(lambda: area("35.10"))
    name = Parameter.Name.SERVED
    value = True
    source = "Uji coba"
    valid_during = (SINCE, None)


class DecreeFactory(Factory):
    class Meta:
        model = Decree

    kind = DecreeKind.RESULT
    number = factory.Sequence(lambda number: f"188/{number}/KEP/429.011/2026")
    title = "Pengumuman hasil penetapan"
    signer = "Bupati Banyuwangi"
    signed_on = date(2026, 1, 5)
    area = factory.LazyFunction(lambda: area("35.10"))
    valid_during = (SINCE, None)


class StoredFileFactory(Factory):
    class Meta:
        model = StoredFile

    class Params:
        data = factory.LazyFunction(photo)

    content_type = "image/jpeg"

    @classmethod
    def _create(cls, model_class: type, *args: Any, **fields: Any) -> StoredFile:
        return files.store_generated(fields.get("data") or photo(), fields["content_type"])
