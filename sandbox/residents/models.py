from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from sandbox.residents.enums import MaritalStatus, Origin, Relation, Sex

SIXTEEN_DIGITS = RegexValidator(r"^\d{16}\Z", "Harus 16 angka.")
SIX_DIGITS = RegexValidator(r"^\d{6}\Z", "Harus 6 angka.")
THREE_DIGITS = RegexValidator(r"^\d{3}\Z", "Harus 3 angka, misalnya 001.")
VILLAGE_CODE = RegexValidator(r"^\d{2}\.\d{2}\.\d{2}\.\d{4}\Z", "Tulis seperti 35.10.16.1014.")


class FamilyCard(models.Model):
    """A Kartu Keluarga as Dukcapil would hold it, with a word to the trainer about what it shows."""

    key = models.SlugField(max_length=40, unique=True)
    kk_number = models.CharField("Nomor KK", max_length=16, unique=True, validators=[SIXTEEN_DIGITS])
    address = models.CharField("Alamat", max_length=120)
    rt = models.CharField("RT", max_length=3, validators=[THREE_DIGITS])
    rw = models.CharField("RW", max_length=3, validators=[THREE_DIGITS])
    village_code = models.CharField("Kode desa", max_length=13, validators=[VILLAGE_CODE])
    village_name = models.CharField("Desa dan kecamatan", max_length=80)
    story = models.TextField("Cerita", blank=True)
    expected = models.TextField("Hasil yang diharapkan", blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.TRAINER, editable=False)
    position = models.PositiveSmallIntegerField(default=1000, editable=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = (models.CheckConstraint(condition=Q(origin__in=Origin.values), name="familycard_origin_known"),)

    def __str__(self) -> str:
        return self.key

    @property
    def full_address(self) -> str:
        return f"{self.address}, RT {self.rt}/RW {self.rw}, {self.village_name}"

    @property
    def has_ikd(self) -> bool:
        return any(member.can_sign_in for member in self.members.all())


class ResidentQuerySet(models.QuerySet["Resident"]):
    def with_nik(self, niks: list[str]) -> "ResidentQuerySet":
        return self.filter(nik__in=niks)

    def with_ikd(self) -> "ResidentQuerySet":
        return self.exclude(pin="").filter(deceased_on=None)


class Resident(AbstractBaseUser):
    """An invented person, and the account that person has at IKD when `pin` is not empty."""

    password = None  # type: ignore[assignment]  # residents sign in with a PIN
    last_login = None

    family_card = models.ForeignKey(FamilyCard, models.CASCADE, related_name="members")
    nik = models.CharField("NIK", max_length=16, unique=True, validators=[SIXTEEN_DIGITS])
    name = models.CharField("Nama", max_length=80)
    sex = models.CharField("Jenis kelamin", max_length=1, choices=Sex)
    birth_place = models.CharField("Tempat lahir", max_length=60)
    birth_date = models.DateField("Tanggal lahir")
    relation = models.CharField("Hubungan dalam keluarga", max_length=12, choices=Relation)
    marital_status = models.CharField(
        "Status kawin", max_length=12, choices=MaritalStatus, default=MaritalStatus.SINGLE
    )
    deceased_on = models.DateField("Tanggal meninggal", null=True, blank=True)
    pin = models.CharField("PIN IKD", max_length=6, blank=True, validators=[SIX_DIGITS])
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ResidentQuerySet.as_manager()

    USERNAME_FIELD = "nik"

    class Meta:
        ordering = ("family_card__position", "position", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="resident_sex_known"),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="resident_relation_known"),
            models.CheckConstraint(
                condition=Q(marital_status__in=MaritalStatus.values),
                name="resident_marital_status_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """A changed PIN ends the sessions opened with the old one."""
        return salted_hmac("sandbox.residents.Resident", self.pin).hexdigest()

    @property
    def can_sign_in(self) -> bool:
        return bool(self.pin) and self.deceased_on is None

    @property
    def readable_nik(self) -> str:
        return " ".join(self.nik[start : start + 4] for start in range(0, 16, 4))


class Photograph(models.Model):
    """The reference photograph Dukcapil keeps of a resident. In the database: it is only a sandbox."""

    resident = models.OneToOneField(Resident, models.CASCADE, related_name="photograph")
    content = models.BinaryField()
    content_type = models.CharField(max_length=20)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.TRAINER)
    taken_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(origin__in=Origin.values), name="photograph_origin_known"),)

    def __str__(self) -> str:
        return f"Foto {self.resident_id}"


def nik_for(village_code: str, birth_date: date, sex: str, serial: int) -> str:
    """NIK as Dukcapil composes it: district, birth date with day + 40 for women, serial."""
    day = birth_date.day + (40 if sex == Sex.FEMALE else 0)
    district = village_code.replace(".", "")[:6]
    return f"{district}{day:02}{birth_date:%m%y}{serial:04}"
