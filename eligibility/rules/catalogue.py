"""The facts a rule may ask about: type, unit, who says so, how private, how long it stays fresh.

A rule reaches nothing but these names and the parameters of its document. Whole numbers only:
rupiah, volt-ampere, square metres, people, so that no engine can round differently.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

UNBOUNDED = 10**15  # stands in for a missing upper bound: above anything a source says, far below 64 bits


class Unit(StrEnum):
    PERSONS = "persons"
    VEHICLES = "vehicles"
    DECILE = "decile"
    VA = "VA"
    KWH_MONTH = "kWh/month"
    M2 = "m2"
    RUPIAH_MONTH = "rupiah/month"
    RUPIAH_YEAR = "rupiah/year"
    PERCENT = "percent"
    MONTHS = "months"
    FLAG = "flag"
    NUMBER = "number"


DECILES = (1, 10)


def bounds_of(unit: Unit) -> tuple[int, int]:
    """The whole numbers that a limit in this unit can be, in a document and where a region enters it."""
    return DECILES if unit == Unit.DECILE else (0, UNBOUNDED)


class Sensitivity(StrEnum):
    """`special` is what UU 27/2022 art. 4(2) calls specific personal data: health, children, finance.

    It describes, and opens or hides nothing: whoever may not read a case reads no value of any fact,
    special or not (`docs/privacy.md`).
    """

    GENERAL = "general"
    SPECIAL = "special"


@dataclass(frozen=True)
class FactType:
    """One named fact. `low` and `high` bound the whole numbers a source may give; a flag has neither."""

    name: str
    unit: Unit
    source: str
    label_id: str
    label_en: str
    sensitivity: Sensitivity
    max_age_days: int
    low: int | None = 0
    high: int | None = None

    @property
    def is_flag(self) -> bool:
        return self.unit == Unit.FLAG

    def admits(self, value: object) -> bool:
        """Whether `value` can be what a source said: right type, within bounds. 0 is not False."""
        if self.is_flag:
            return isinstance(value, bool)
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def span(self) -> tuple[int, int]:
        """The whole numbers the value can be, a flag counting as 0 or 1."""
        if self.is_flag:
            return 0, 1
        return self.low or 0, UNBOUNDED if self.high is None else self.high

    def label(self, language: str) -> str:
        return self.label_id if language == "id" else self.label_en


# Wages are finance, attendance is about children, visits are about health.
SPECIAL_UNITS = frozenset({Unit.RUPIAH_MONTH, Unit.PERCENT, Unit.MONTHS})


def _people(name: str, label_id: str, label_en: str, *, fresh: int, high: int = 45) -> FactType:
    """A count of family members; more than 45 on one card is taken for a faulty record."""
    source = name.partition(".")[0]
    return FactType(name, Unit.PERSONS, source, label_id, label_en, Sensitivity.SPECIAL, fresh, 0, high)


def _thing(name: str, unit: Unit, labels: tuple[str, str], *, fresh: int, high: int) -> FactType:
    source = name.partition(".")[0]
    sensitivity = Sensitivity.SPECIAL if unit in SPECIAL_UNITS else Sensitivity.GENERAL
    return FactType(name, unit, source, *labels, sensitivity, fresh, 0, high)


def _account(name: str, labels: tuple[str, str]) -> FactType:
    """Something about the account the family named, which may be closed tomorrow."""
    return FactType(name, Unit.FLAG, "bank", *labels, Sensitivity.SPECIAL, 90, None)


_FACTS = (
    _people("dukcapil.family_size", "Jumlah anggota keluarga", "Family members", fresh=365),
    _people("dukcapil.children_0_6", "Anak umur 0 sampai 6 tahun", "Children aged 0 to 6", fresh=365),
    _people("dukcapil.elderly_60", "Lansia umur 60 tahun ke atas", "People aged 60 and over", fresh=365),
    FactType(
        "dukcapil.head_alive",
        Unit.FLAG,
        "dukcapil",
        "Kepala keluarga masih hidup",
        "Head of family is alive",
        Sensitivity.GENERAL,
        365,
        None,
    ),
    FactType("dtsen.decile", Unit.DECILE, "dtsen", "Desil", "Decile", Sensitivity.SPECIAL, 180, *DECILES),
    _thing("pln.power_va", Unit.VA, ("Daya listrik rumah", "Electric power"), fresh=365, high=200_000),
    _thing("pln.monthly_kwh", Unit.KWH_MONTH, ("Pemakaian listrik", "Electricity used"), fresh=365, high=2_400_000),
    _thing("samsat.cars", Unit.VEHICLES, ("Mobil", "Cars"), fresh=365, high=1_000),
    _thing("samsat.motorcycles", Unit.VEHICLES, ("Sepeda motor", "Motorcycles"), fresh=365, high=1_000),
    _thing("bpn.land_m2", Unit.M2, ("Luas tanah", "Land"), fresh=730, high=1_000_000_000),
    _thing(
        "bpjs_tk.highest_wage",
        Unit.RUPIAH_MONTH,
        ("Upah tertinggi di keluarga", "Highest wage in the family"),
        fresh=180,
        high=10_000_000_000,
    ),
    _people("bpjs_tk.paid_in", "Anggota keluarga yang iurannya dibayar", "Members still paid in for", fresh=180),
    _thing("bpjs_tk.employers", Unit.NUMBER, ("Tempat kerja yang membayar iuran", "Employers"), fresh=180, high=45),
    _thing(
        "bpjs_tk.contribution_months",
        Unit.MONTHS,
        ("Lama iuran terpanjang di keluarga", "Longest time paid in for"),
        fresh=180,
        high=720,
    ),
    _people("bkn.asn", "Anggota keluarga ASN", "Civil servants", fresh=365),
    _people("bkn.tni_polri", "Anggota keluarga TNI atau Polri", "Armed forces or police", fresh=365),
    _people("bkn.pensioners", "Pensiunan ASN, TNI, atau Polri", "Pensioners of the state", fresh=365),
    _people("kemenkeu.paid_from_budget", "Digaji dari APBN atau APBD", "Paid from a public budget", fresh=365),
    _people("kemendagri.village_officials", "Kepala atau perangkat desa", "Village officials", fresh=365),
    _people("gtk.certified_teachers", "Guru bersertifikat", "Certified teachers", fresh=365),
    _people("kemenkes.health_workers", "Tenaga kesehatan aktif", "Active health workers", fresh=365),
    _people("ahu.company_owners", "Pemilik atau pengurus perusahaan", "Company owners or managers", fresh=365),
    _people("ahu.one_person_companies", "Pemilik PT perorangan", "Owners of a one-person company", fresh=365),
    _people("dapodik.pupils_sd", "Murid SD", "Primary pupils", fresh=365),
    _people("dapodik.pupils_smp", "Murid SMP", "Lower secondary pupils", fresh=365),
    _people("dapodik.pupils_sma", "Murid SMA", "Upper secondary pupils", fresh=365),
    _people("attendance.pupils", "Murid yang tercatat kehadirannya", "Pupils whose attendance is recorded", fresh=120),
    _thing(
        "attendance.lowest_percent",
        Unit.PERCENT,
        ("Kehadiran sekolah terendah", "Lowest school attendance"),
        fresh=120,
        high=100,
    ),
    _people("posyandu.pregnant", "Ibu hamil menurut posyandu", "Pregnant mothers, says the health centre", fresh=120),
    _thing(
        "posyandu.missed_months",
        Unit.MONTHS,
        ("Bulan tanpa kunjungan posyandu", "Months without a health visit"),
        fresh=120,
        high=3,
    ),
    _people("bpjs_kes.premium_paid_by_state", "Peserta PBI BPJS Kesehatan", "Insured at the state's cost", fresh=365),
    _people("bpjs_kes.first_class", "Peserta kelas 1 BPJS Kesehatan", "Insured in first class", fresh=365),
    _account("bank.account_exists", ("Rekening ada", "The account exists")),
    _account("bank.name_matches", ("Nama di rekening cocok", "The name on the account matches")),
    _account("bank.account_active", ("Rekening aktif", "The account is active")),
    _account("bank.can_receive_transfer", ("Rekening bisa menerima transfer", "The account takes transfers")),
    _people("other_aid.cash", "Penerima bantuan tunai lain", "Recipients of other cash aid", fresh=120),
    _people("other_aid.food", "Penerima bantuan sembako lain", "Recipients of other food aid", fresh=120),
    _people("citizen.pregnant", "Ibu hamil atau nifas", "Pregnant or new mothers", fresh=270),
    _people("citizen.severe_disability", "Penyandang disabilitas berat", "Severe disability", fresh=730),
    _thing("citizen.power_va", Unit.VA, ("Daya menurut keluarga", "Power, says the family"), fresh=365, high=200_000),
)

# What nobody can be asked from afar: noted by an officer who looked. Nothing noted is the usual case,
# so rules ask these only where they are on record.
_NOTED_PEOPLE = (
    ("rights_victims", "Korban pelanggaran HAM berat", "Victims of gross human rights violations"),
    ("mental_disorder", "Orang dengan gangguan jiwa (ODGJ)", "People with a mental disorder"),
)
_NOTED_FLAGS = (
    ("address_not_found", "Alamat tidak ditemukan", "Address not found"),
    ("person_not_found", "Keluarga tidak ditemukan", "Family not found"),
    ("refuses_aid", "Keluarga menolak bantuan", "Family declines assistance"),
)
NOTED = (
    *(_people(f"ground_check.{name}", label_id, label_en, fresh=365) for name, label_id, label_en in _NOTED_PEOPLE),
    *(
        FactType(f"ground_check.{name}", Unit.FLAG, "ground_check", label_id, label_en, Sensitivity.SPECIAL, 365, None)
        for name, label_id, label_en in _NOTED_FLAGS
    ),
)

CATALOGUE: Mapping[str, FactType] = {fact.name: fact for fact in (*_FACTS, *NOTED)}


PROGRAMMES = "programme"  # facts of this family come from our own decisions, one for each name


def programme_fact(programme: str, component: str | None = None) -> str:
    """The fact that a programme, or one component of it, supports the family (see `replaying.py`)."""
    return ".".join(filter(None, (PROGRAMMES, programme, component)))


LIMITED = "@"


def limited(name: str, days: int) -> str:
    """A fact that some rules believe for so many days only: `pln.power_va@180`, a fact of its own to every engine."""
    return f"{name}{LIMITED}{days}"


def recorded(name: str) -> str:
    """The name a fact is on record under: `pln.power_va` for `pln.power_va@180`."""
    return name.partition(LIMITED)[0]


@lru_cache(maxsize=1024)
def fact_type(name: str) -> FactType:
    """The type of a fact of the catalogue, limited or not, or of another programme. Raises KeyError for any other."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    on_record, _at, days = name.partition(LIMITED)
    if on_record in CATALOGUE and days.isdigit():
        return replace(CATALOGUE[on_record], name=name, max_age_days=int(days))
    family, _dot, rest = name.partition(".")
    if family != PROGRAMMES or not rest:
        raise KeyError(name)
    words = rest.replace(".", " ").upper()
    return FactType(
        name, Unit.FLAG, PROGRAMMES, f"Dibantu {words}", f"Supported by {words}", Sensitivity.SPECIAL, 1, None
    )
