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


class Register(TextChoices):
    """Registers that say a few words about a resident; their shapes are in `registers.SHAPES`."""

    PAYEE = "payee", "Penerima gaji APBN/APBD"
    OFFICIAL = "official", "Perangkat desa"
    TEACHER = "teacher", "Guru"
    HEALTH_WORKER = "health_worker", "Tenaga kesehatan"
    OWNER = "owner", "Pemilik perusahaan"
    ATTENDANCE = "attendance", "Kehadiran siswa"
    VISITS = "visits", "Kunjungan posyandu"
    MEMBERSHIP = "membership", "Kepesertaan BPJS Kesehatan"
    AID = "aid", "Bantuan lain"
