"""The addresses of the hall as an app, and of its reminders."""

from django.urls import path

from wanhao.pages.hall.app import icon, manifest, offline, worker
from wanhao.pages.hall.push import push, push_off, push_on

urlpatterns = [
    path("push/", push, name="hall-push"),
    path("push/on/", push_on, name="hall-push-on"),
    path("push/off/", push_off, name="hall-push-off"),
    path("app.webmanifest", manifest, name="hall-manifest"),
    path("icon-<int:size>.png", icon, name="hall-icon"),
    path("icon-masked-<int:size>.png", icon, {"masked": "1"}, name="hall-icon-masked"),
    path("worker.js", worker, name="hall-worker"),
    path("offline/", offline, name="hall-offline"),
]
