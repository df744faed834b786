from django.db.models import TextChoices


class Service(TextChoices):
    """Everything the sandbox plays; the value is the name used by `/switches/api/<service>`."""

    IKD = "ikd", "IKD (masuk dengan identitas digital)"
    FAMILY_CARD = "dukcapil", "Dukcapil: kartu keluarga"
    PHOTO = "dukcapil-photo", "Dukcapil: foto acuan"
    DTSEN = "dtsen", "DTSEN: desil"
    PLN = "pln", "PLN: daya listrik"
    SAMSAT = "samsat", "Samsat: kendaraan"
    BPN = "bpn", "BPN: tanah"
    WAGES = "bpjs-tk", "BPJS Ketenagakerjaan: upah"
    EMPLOYMENT = "bkn", "BKN: ASN, TNI, Polri, pensiunan"
    PUPILS = "dapodik", "Dapodik: siswa"
    CORRECTIONS = "corrections", "Permintaan koreksi"


# The board, in blocks a trainer can find something in.
GROUPS: dict[str, tuple[Service, ...]] = {
    "Identitas": (Service.IKD, Service.FAMILY_CARD, Service.PHOTO, Service.DTSEN),
    "Rumah dan harta": (Service.PLN, Service.SAMSAT, Service.BPN),
    "Pekerjaan": (Service.WAGES, Service.EMPLOYMENT),
    "Sekolah": (Service.PUPILS,),
    "Kembali ke sumber": (Service.CORRECTIONS,),
}
