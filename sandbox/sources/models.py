"""One small table per ministry, each holding only what that ministry would know."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from sandbox.residents.models import FamilyCard, Resident
from sandbox.sources.enums import EmploymentKind, Register, SchoolLevel, Tariff, VehicleKind, WageStatus


class Decile(models.Model):
    """DTSEN; a family without a row is unknown there."""

    family_card = models.OneToOneField(FamilyCard, models.CASCADE, related_name="decile")
    decile = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(10)])

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(decile__range=(1, 10)), name="decile_between_1_and_10"),)

    def __str__(self) -> str:
        return str(self.decile)


class Meter(models.Model):
    """PLN: a connection registered to a resident's NIK."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="meters")
    power_va = models.PositiveIntegerField()
    tariff = models.CharField(max_length=10, choices=Tariff)

    def __str__(self) -> str:
        return f"{self.power_va} VA"


class Vehicle(models.Model):
    """Samsat."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="vehicles")
    kind = models.CharField(max_length=10, choices=VehicleKind)
    year = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class Parcel(models.Model):
    """BPN."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="parcels")
    area_m2 = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.area_m2} m2"


class Wage(models.Model):
    """BPJS Ketenagakerjaan; rupiah per month."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="wages")
    status = models.CharField(max_length=10, choices=WageStatus)
    monthly_wage = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.monthly_wage)


class Employment(models.Model):
    """BKN."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="employments")
    kind = models.CharField(max_length=10, choices=EmploymentKind)

    def __str__(self) -> str:
        return self.kind


class Pupil(models.Model):
    """Dapodik."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="schooling")
    level = models.CharField(max_length=5, choices=SchoolLevel)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.level


class Entry(models.Model):
    """What one of the smaller registers says about a resident, in the words of its answer."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="entries")
    register = models.CharField(max_length=20, choices=Register)
    content = models.JSONField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(register__in=Register.values), name="entry_register_known"),)

    def __str__(self) -> str:
        return self.register


class Correction(models.Model):
    """A correction the portal asked a source to make; sending it twice keeps one."""

    request_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=40)
    fact = models.CharField(max_length=60)
    subject = models.JSONField()
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    evidence_reference = models.CharField(max_length=60)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-received_at", "-pk")

    def __str__(self) -> str:
        return f"{self.source}: {self.fact}"


class Delivery(models.Model):
    """An answer on its way to the portal's callback; gone once taken as often as the switch asked for."""

    request_id = models.UUIDField()
    url = models.URLField(max_length=300)
    body = models.TextField()
    key_id = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    copies_left = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"answer {self.request_id}"
