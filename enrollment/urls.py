from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from enrollment.enums import Step
from enrollment.views import again, family, status, steps

SLUGS = {
    Step.CONSENT: "persetujuan",
    Step.PHOTO: "foto",
    Step.FAMILY: "keluarga",
    Step.HOME: "rumah",
    Step.CONTACT: "hp",
    Step.ACCOUNT: "rekening",
    Step.REVIEW: "periksa",
}


class StepStringConverter(StringConverter):
    """A step in addresses, in Bahasa: `/daftar/keluarga/` is Step.FAMILY; any other word is no step ("")."""

    def to_python(self, value: str) -> str:
        return next((step.value for step, slug in SLUGS.items() if slug == value), "")

    def to_url(self, value: str) -> str:
        return SLUGS[Step(value)]


register_converter(StepStringConverter, "step")

urlpatterns: list[URLPattern] = [
    path("daftar/", steps.resume, name="application-resume"),
    path("daftar/belum-setuju/", steps.refused, name="application-refused"),
    path("daftar/lagi/", again.again, name="application-again"),
    path("daftar/selesai/", status.receipt, name="application-receipt"),
    path("daftar/keluarga/desa/", family.village, name="application-village"),
    path("daftar/keluarga/isi/", family.typed, name="application-family-typed"),
    path("daftar/<step:step>/", steps.step, name="application-step"),
    path("cek/", status.lookup, name="status-lookup"),
    path("data-saya/", status.my_data, name="my-data"),
]
