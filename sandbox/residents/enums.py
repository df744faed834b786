"""The words the population register uses on a family card."""

from django.db.models import TextChoices


class Sex(TextChoices):
    MALE = "L", "Laki-laki"
    FEMALE = "P", "Perempuan"


class Relation(TextChoices):
    HEAD = "kepala", "Kepala keluarga"
    WIFE = "istri", "Istri"
    HUSBAND = "suami", "Suami"
    CHILD = "anak", "Anak"
    CHILD_IN_LAW = "menantu", "Menantu"
    GRANDCHILD = "cucu", "Cucu"
    PARENT = "orang_tua", "Orang tua"
    OTHER = "lainnya", "Lainnya"


class MaritalStatus(TextChoices):
    SINGLE = "belum_kawin", "Belum kawin"
    MARRIED = "kawin", "Kawin"
    DIVORCED = "cerai_hidup", "Cerai hidup"
    WIDOWED = "cerai_mati", "Cerai mati"


class Origin(TextChoices):
    """Who put a row here: seeding refreshes its own rows and leaves the trainer's alone."""

    SEED = "seed", "Data contoh"
    TRAINER = "trainer", "Pelatih"
