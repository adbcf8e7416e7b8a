"""The addresses of the hall's pages, all below /hall/."""

from django.urls import path

from wanhao.pages.hall.app import as_app, icon, manifest, offline, worker
from wanhao.pages.hall.home import home, home_part
from wanhao.pages.hall.items import confirm, decline, item
from wanhao.pages.hall.lists import find, shelf
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
    path("", as_app(home), name="hall-home"),
    path("part/", home_part, name="hall-home-part"),
    path("do/<slug:code>/", item, name="hall-item"),
    path("do/<slug:code>/confirm/", confirm, name="hall-confirm"),
    path("do/<slug:code>/decline/", decline, name="hall-decline"),
    path("serve/", shelf, {"which": "serve"}, name="hall-serve"),
    path("ask/", shelf, {"which": "ask"}, name="hall-ask"),
    path("service/", shelf, {"which": "service"}, name="hall-service"),
    path("me/", shelf, {"which": "me"}, name="hall-me"),
    path("find/", find, name="hall-find"),
]
