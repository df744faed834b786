from django.urls import URLPattern, path

from eligibility.views import batches, desk, places, simulations

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
]
