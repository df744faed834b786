from django.urls import URLPattern, path

from eligibility.views import batches, desk, participations, places, receiving, simulations

from eligibility.views import batches, desk, drafts, places, rules, simulations

urlpatterns: list[URLPattern] = [
    path("petugas/", desk.officer_home, name="officer-home"),
    path("petugas/tempat/", places.place_list, name="place-list"),
    path("petugas/tempat/<uuid:public_id>/<slug:programme>/", places.place_release, name="place-release"),
    path("petugas/keluar/<uuid:public_id>/setuju/", places.departure_confirm, name="departure-confirm"),
    path("petugas/keluar/<uuid:public_id>/tolak/", places.departure_refuse, name="departure-refuse"),
    path("petugas/pengumuman/", batches.batch_list, name="batch-list"),
    path("petugas/pengumuman/siapkan/", batches.batch_prepare, name="batch-prepare"),
    path("petugas/pengumuman/<uuid:public_id>/", batches.batch_detail, name="batch-detail"),
    path("petugas/pengumuman/<uuid:public_id>/serahkan/", batches.batch_hand_over, name="batch-hand-over"),
    path("petugas/pengumuman/<uuid:public_id>/umumkan/", batches.batch_announce, name="batch-announce"),
    path("petugas/pengumuman/<uuid:public_id>/kembalikan/", batches.batch_return, name="batch-return"),
    path("petugas/pengumuman/<uuid:public_id>/batalkan/", batches.batch_cancel, name="batch-cancel"),
    path("petugas/simulasi/", simulations.simulation_list, name="simulation-list"),
    path("petugas/simulasi/mulai/", simulations.simulation_start, name="simulation-start"),
    path("petugas/simulasi/lihat-cepat/", simulations.simulation_preview, name="simulation-preview"),
    path("petugas/simulasi/<uuid:public_id>/", simulations.simulation_detail, name="simulation-detail"),
    path("petugas/simulasi/<uuid:public_id>/hentikan/", simulations.simulation_stop, name="simulation-stop"),
    path("petugas/penerima/", participations.participation_queue, name="participation-queue"),
    path("petugas/penerima/<uuid:public_id>/", participations.participation_case, name="participation-case"),
    path(
        "petugas/penerima/<uuid:public_id>/periksa/",
        participations.participation_recertify,
        name="participation-recertify",
    ),
    path("petugas/penerima/<uuid:public_id>/jeda/", participations.participation_suspend, name="participation-suspend"),
    path("petugas/penerima/<uuid:public_id>/lanjut/", participations.participation_resume, name="participation-resume"),
    path("petugas/penerima/<uuid:public_id>/akhiri/", participations.participation_end, name="participation-end"),
    path("petugas/penerima/<uuid:public_id>/setuju/", participations.participation_agree, name="participation-agree"),
    path(
        "petugas/penerima/<uuid:public_id>/tolak/", participations.participation_decline, name="participation-decline"
    ),
    path("bantuan-saya/<uuid:public_id>/", receiving.participation_detail, name="participation-detail"),
    path("bantuan-saya/<uuid:public_id>/mundur/", receiving.participation_leave, name="participation-leave"),
    path("bantuan-saya/<uuid:public_id>/kembali/", receiving.participation_return, name="participation-return"),
    path("bantuan-saya/<uuid:public_id>/keliru/<uuid:record_id>/", receiving.duty_doubt, name="duty-doubt"),

    path("petugas/aturan/", rules.rule_list, name="rule-list"),
    path("petugas/aturan/rancangan/<uuid:public_id>/", drafts.draft_detail, name="draft-detail"),
    path("petugas/aturan/rancangan/<uuid:public_id>/tulis/", drafts.draft_edit, name="draft-edit"),
    path("petugas/aturan/rancangan/<uuid:public_id>/coba/", drafts.draft_replay, name="draft-replay"),
    path("petugas/aturan/rancangan/<uuid:public_id>/usulkan/", drafts.draft_propose, name="draft-propose"),
    path("petugas/aturan/rancangan/<uuid:public_id>/tetapkan/", drafts.draft_enact, name="draft-enact"),
    path("petugas/aturan/rancangan/<uuid:public_id>/kembalikan/", drafts.draft_return, name="draft-return"),
    path("petugas/aturan/rancangan/<uuid:public_id>/tolak/", drafts.draft_reject, name="draft-reject"),
    path("petugas/aturan/rancangan/<uuid:public_id>/batalkan/", drafts.draft_give_up, name="draft-give-up"),
    path("petugas/aturan/<slug:code>/", rules.rule_programme, name="rule-programme"),
    path("petugas/aturan/<slug:code>/tulis/", rules.draft_start, name="draft-start"),
    path("petugas/aturan/<slug:code>/banding/", rules.rule_compare, name="rule-compare"),
    path("petugas/aturan/<slug:code>/versi/<str:version>/", rules.rule_version, name="rule-version"),
    path("petugas/aturan/<slug:code>/versi/<str:version>/kembali/", rules.rule_revert, name="rule-revert"),
    path("petugas/aturan/<slug:code>/versi/<str:version>/tarik/", rules.rule_withdraw, name="rule-withdraw"),
]
