"""Model fields for values that must not be readable in a database dump."""

from typing import Any

from django.db import models
from django.db.models import Model

from perlinsos.core import crypto


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text that is sealed on its way to the database and opened on its way back.

    It cannot be searched or ordered by; pair it with a BlindIndexField to look a value up.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editable = kwargs.get("editable", False)

    def contribute_to_class(self, cls: type[Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        self.place = f"{cls._meta.label_lower}.{name}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        sealed = crypto.seal(str(value).encode(), place=self.place)
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> str | None:
        return None if value is None else crypto.unseal(bytes(value), place=self.place).decode()

    def value_to_string(self, obj: Model) -> str:
        return "[sealed]"  # dumpdata must not be a way around the encryption

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.place} is sealed; look it up by its blind index")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Keyed digest of a sealed column, filled from `source` on every save; look up with `matching`."""

    def __init__(self, *args: Any, source: str, kind: str, **kwargs: Any) -> None:
        self.source, self.kind = source, kind
        kwargs.setdefault("max_length", 32)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, {**kwargs, "source": self.source, "kind": self.kind}

    def pre_save(self, model_instance: Model, add: bool) -> bytes | None:
        value = getattr(model_instance, self.source)
        digest = None if value is None else crypto.blind_index(value, kind=self.kind)
        setattr(model_instance, self.attname, digest)
        return digest
