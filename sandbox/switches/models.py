from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from sandbox.switches.enums import Service

A_DAY = 86_400


class SwitchQuerySet(models.QuerySet["Switch"]):
    def current(self, service: str) -> "Switch":
        """The switch as it stands now, in every process; an untouched one has no row."""
        return self.filter(service=service).first() or Switch(service=service)

    def board(self) -> list["Switch"]:
        """One switch per service, in the order of the enum."""
        stored = {switch.service: switch for switch in self.all()}
        return [stored.get(service) or Switch(service=service) for service in Service.values]


class Switch(models.Model):
    """How one service misbehaves at the moment. Read anew for each request, so it works at once."""

    service = models.CharField(primary_key=True, max_length=20, choices=Service, editable=False)
    latency_ms = models.PositiveIntegerField("Lambat (milidetik)", default=0, validators=[MaxValueValidator(60_000)])
    down = models.BooleanField("Mati", default=False)
    error_rate = models.PositiveSmallIntegerField("Gagal acak (persen)", default=0, validators=[MaxValueValidator(100)])
    wrong_record = models.BooleanField("Catatan salah", default=False)
    clock_skew_seconds = models.IntegerField(
        "Selisih jam (detik)",
        default=0,
        validators=[MinValueValidator(-A_DAY), MaxValueValidator(A_DAY)],
    )
    wrong_nonce = models.BooleanField("Nonce salah", default=False)
    weak_acr = models.BooleanField("Selalu mengaku PIN saja (acr lemah)", default=False)

    objects = SwitchQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(service__in=Service.values), name="switch_service_known"),
            models.CheckConstraint(
                condition=Q(error_rate__lte=100) & Q(latency_ms__lte=60_000),
                name="switch_within_limits",
            ),
        )

    def __str__(self) -> str:
        return self.service

    @property
    def touched(self) -> bool:
        untouched = Switch(service=self.service)
        return any(
            getattr(self, field.attname) != getattr(untouched, field.attname) for field in self._meta.concrete_fields
        )
