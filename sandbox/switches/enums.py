from django.db.models import TextChoices


class Service(TextChoices):
    """Everything the sandbox plays; the value is the name used by `/switches/api/<service>`."""

    IKD = "ikd", "IKD: masuk"
    FAMILY_CARD = "dukcapil", "Dukcapil: kartu keluarga"
    PHOTO = "dukcapil-photo", "Dukcapil: foto acuan"
    DTSEN = "dtsen", "DTSEN: desil"
    PLN = "pln", "PLN: daya listrik"
    SAMSAT = "samsat", "Samsat: kendaraan"
    BPN = "bpn", "BPN: tanah"
    WAGES = "bpjs-tk", "BPJS Ketenagakerjaan: upah"
    EMPLOYMENT = "bkn", "BKN: ASN, TNI, Polri"
    PAYEES = "kemenkeu", "Kemenkeu: gaji APBN/APBD"
    OFFICIALS = "kemendagri", "Kemendagri: perangkat desa"
    TEACHERS = "gtk", "Info GTK: guru bersertifikat"
    HEALTH_WORKERS = "kemenkes", "Kemenkes: tenaga kesehatan"
    OWNERS = "ahu", "AHU: pemilik perusahaan"
    PUPILS = "dapodik", "Dapodik: siswa"
    ATTENDANCE = "attendance", "Dapodik: kehadiran siswa"
    VISITS = "posyandu", "Kemenkes: kunjungan posyandu"
    MEMBERSHIPS = "bpjs-kes", "BPJS Kesehatan: kepesertaan"
    ACCOUNTS = "bank", "Himbara: pemeriksaan rekening"
    OTHER_AID = "other-aid", "Daftar bantuan lain"
    CORRECTIONS = "corrections", "Permintaan koreksi"


# The board, in blocks a trainer can find something in.
GROUPS: dict[str, tuple[Service, ...]] = {
    "Identitas": (Service.IKD, Service.FAMILY_CARD, Service.PHOTO, Service.DTSEN),
    "Rumah dan harta": (Service.PLN, Service.SAMSAT, Service.BPN),
    "Pekerjaan": (
        Service.WAGES,
        Service.EMPLOYMENT,
        Service.PAYEES,
        Service.OFFICIALS,
        Service.TEACHERS,
        Service.HEALTH_WORKERS,
        Service.OWNERS,
    ),
    "Sekolah dan kesehatan": (Service.PUPILS, Service.ATTENDANCE, Service.VISITS, Service.MEMBERSHIPS),
    "Rekening dan bantuan lain": (Service.ACCOUNTS, Service.OTHER_AID),
    "Kembali ke sumber": (Service.CORRECTIONS,),
}
