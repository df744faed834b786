from django.urls import URLPattern, path

from agents.views import checks, duties, faces, families, home

# `step` is enrolment's converter: the same words in the addresses of both doors.
urlpatterns: list[URLPattern] = [
    path("", home.agent_home, name="agent-home"),
    path("keluarga/baru/", families.assisted_new, name="assisted-new"),
    path("keluarga/<uuid:public_id>/keluarga/desa/", families.assisted_village, name="assisted-village"),
    path("keluarga/<uuid:public_id>/keluarga/isi/", families.assisted_family_typed, name="assisted-family-typed"),
    path("keluarga/<uuid:public_id>/lagi/", families.assisted_again, name="assisted-again"),
    path("keluarga/<uuid:public_id>/selesai/", families.assisted_receipt, name="assisted-receipt"),
    path("keluarga/<uuid:public_id>/<step:step>/", families.assisted_step, name="assisted-step"),
    path("kewajiban/", duties.duty_families, name="duty-families"),
    path("kewajiban/<uuid:public_id>/", duties.duty_family, name="duty-family"),
    path("wajah/<uuid:public_id>/", faces.face_visit, name="face-visit"),
    path("cek/<uuid:public_id>/", checks.ground_check, name="ground-check"),
]
