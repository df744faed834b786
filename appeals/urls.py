from django.urls import URLPattern, path

from appeals.views import closing, desk, notes, status, telling

urlpatterns: list[URLPattern] = [
    path("status/<uuid:public_id>/", status.application_status, name="application-status"),
    path("status/<uuid:public_id>/masih-benar/", telling.application_tell_again, name="application-tell-again"),
    path("status/<uuid:public_id>/urutan/", status.place_history, name="place-history"),
    path("status/<uuid:public_id>/surat/<str:code>/", status.letter_file, name="letter-file"),
    path("sanggah/<uuid:determination_id>/<str:fact_name>/", status.appeal_new, name="appeal-new"),
    path("sanggah/<uuid:public_id>/", status.appeal_receipt, name="appeal-receipt"),
    path("petugas/kasus/<uuid:public_id>/", desk.case_detail, name="case-detail"),
    path("petugas/kasus/<uuid:public_id>/tanya-lagi/", desk.case_ask_again, name="case-ask-again"),
    path("petugas/kasus/<uuid:public_id>/tutup/", closing.case_close, name="case-close"),
    path("petugas/kasus/<uuid:public_id>/catatan/", notes.note_list, name="note-list"),
    path("petugas/kasus/<uuid:public_id>/catatan/<slug:about>/", notes.note_write, name="note-write"),
    path("petugas/sanggahan/", desk.appeal_queue, name="appeal-queue"),
    path("petugas/sanggahan/<uuid:public_id>/", desk.appeal_detail, name="appeal-detail"),
    path("petugas/sanggahan/<uuid:public_id>/foto/<uuid:file_id>/", desk.appeal_photo, name="appeal-photo"),
    path("petugas/sanggahan/<uuid:public_id>/ambil/", desk.appeal_take_up, name="appeal-take-up"),
    path("petugas/sanggahan/<uuid:public_id>/cek-lapangan/", desk.ground_check_request, name="ground-check-request"),
    path("petugas/sanggahan/<uuid:public_id>/putusan/", desk.appeal_rule, name="appeal-rule"),
]
