from django.db.models import TextChoices


class Tariff(TextChoices):
    SUBSIDISED = "R-1/TR", "R-1/TR (rumah tangga kecil)"
    NOT_SUBSIDISED = "R-1M/TR", "R-1M/TR (rumah tangga mampu)"
    MIDDLE = "R-2/TR", "R-2/TR (rumah tangga menengah)"


class VehicleKind(TextChoices):
    CAR = "mobil", "Mobil"
    MOTORCYCLE = "motor", "Sepeda motor"


class WageStatus(TextChoices):
    ACTIVE = "active", "Aktif"
    INACTIVE = "inactive", "Tidak aktif"


class EmploymentKind(TextChoices):
    CIVIL_SERVANT = "asn", "ASN"
    SOLDIER = "tni", "TNI"
    POLICE = "polri", "Polri"
    PENSIONER = "pensiunan", "Pensiunan"


class SchoolLevel(TextChoices):
    PRIMARY = "sd", "SD"
    LOWER_SECONDARY = "smp", "SMP"
    UPPER_SECONDARY = "sma", "SMA"
