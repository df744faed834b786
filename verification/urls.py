from django.urls import URLPattern, path

from verification.views import duplicates, faces, fairness, photographs, pictures, recordings, selfie, sources

urlpatterns: list[URLPattern] = [
    path("daftar/foto/<uuid:public_id>/", selfie.selfie_check, name="selfie-check"),
    path("daftar/wajah/<uuid:public_id>/rekam/", recordings.face_recording, name="face-recording"),
    path("daftar/wajah/<uuid:public_id>/rekam/gerakan/", recordings.face_challenge, name="face-challenge"),
    path("petugas/wajah/", faces.face_queue, name="face-queue"),
    path("petugas/wajah/keadilan/", fairness.face_fairness, name="face-fairness"),
    path("petugas/wajah/<uuid:public_id>/", faces.face_review, name="face-review"),
    path("daftar/wajah/<uuid:public_id>/temui/", faces.face_meeting, name="face-meeting"),
    path("petugas/ganda/", duplicates.duplicate_queue, name="duplicate-queue"),
    path("petugas/ganda/<uuid:public_id>/", duplicates.duplicate_review, name="duplicate-review"),
    path("petugas/ganda/<uuid:public_id>/serahkan/", duplicates.duplicate_hand_over, name="duplicate-hand-over"),
    path("petugas/ganda/<uuid:public_id>/tindak-lanjut/", duplicates.duplicate_follow_up, name="duplicate-follow-up"),
    path("petugas/sumber/", sources.source_health, name="source-health"),
    path("petugas/sumber/<slug:source>/tanya-lagi/", sources.source_ask_again, name="source-ask-again"),
    path("petugas/foto/", pictures.picture_retention, name="picture-retention"),
    path("petugas/foto/dilihat/", pictures.picture_view_list, name="picture-view-list"),
    path("berkas/<uuid:public_id>/", photographs.stored_photo, name="stored-photo"),
]
