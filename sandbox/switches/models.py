import functools
import operator

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value

from sandbox.switches.enums import Service

A_DAY = 86_400
LONGEST_MS = 60_000
OTHER_RATES = ("unavailable_rate", "busy_rate", "hang_rate", "drip_rate", "html_rate", "broken_rate")
RATES = ("error_rate", *OTHER_RATES)


class SwitchQuerySet(models.QuerySet["Switch"]):
    def board(self) -> list["Switch"]:
        """One switch per service, in the order of the enum; an untouched one has no row."""
        stored = {switch.service: switch for switch in self.all()}
        return [stored.get(service) or Switch(service=service) for service in Service.values]


def _milliseconds(label: str) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(label, default=0, validators=[MaxValueValidator(LONGEST_MS)])


def _percent(label: str) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(label, default=0, validators=[MaxValueValidator(100)])


class Switch(models.Model):
    """How one service misbehaves at the moment. Requests read it through `memory`, so it works at once."""

    service = models.CharField(primary_key=True, max_length=20, choices=Service, editable=False)
    down = models.BooleanField("Mati", default=False)

    # How long it takes: a fixed part, and a part drawn anew for each request from a log-normal
    # distribution given by its middle and by what 95 of 100 requests stay below.
    latency_ms = _milliseconds("Lambat (milidetik)")
    latency_p50_ms = _milliseconds("Ditambah acak, nilai tengah (milidetik)")
    latency_p95_ms = _milliseconds("Ditambah acak, 95 persen di bawah (milidetik)")
    realistic = models.BooleanField("Kecepatan seperti layanan sungguhan", default=False)

    # What share of the answers is none, by kind.
    error_rate = _percent("Gagal acak, 500 (persen)")
    unavailable_rate = _percent("Sedang pemeliharaan, 503 dengan Retry-After (persen)")
    busy_rate = _percent("Terlalu banyak permintaan, 429 (persen)")
    hang_rate = _percent("Menggantung tanpa jawaban (persen)")
    drip_rate = _percent("Menetes satu huruf demi satu huruf (persen)")
    html_rate = _percent("Halaman HTML dengan status 200 (persen)")
    broken_rate = _percent("JSON terpotong (persen)")

    wrong_record = models.BooleanField("Catatan salah", default=False)
    stale_record = models.BooleanField("Catatan lama", default=False)

    answers_later = models.BooleanField("Menjawab belakangan (callback)", default=False)
    later_after_s = models.PositiveIntegerField(
        "Jeda sebelum jawaban dikirim (detik)", default=5, validators=[MaxValueValidator(A_DAY)]
    )
    later_twice = models.BooleanField("Jawaban belakangan dikirim dua kali", default=False)

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
                condition=Q(latency_ms__lte=LONGEST_MS, latency_p95_ms__lte=LONGEST_MS),
                name="switch_latency_within_limits",
            ),
            models.CheckConstraint(
                condition=Q(latency_p50_ms=0, latency_p95_ms=0)
                | Q(latency_p50_ms__gt=0, latency_p95_ms__gte=F("latency_p50_ms")),
                name="switch_latency_is_a_distribution",
                violation_error_message="Isi nilai tengah dan batas 95 persen, yang kedua tidak lebih kecil.",
            ),
            models.CheckConstraint(
                condition=Q(error_rate__lte=functools.reduce(operator.sub, map(F, OTHER_RATES), Value(100))),
                name="switch_rates_within_a_hundred",
                violation_error_message="Semua persen gagal bersama-sama paling banyak 100.",
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
