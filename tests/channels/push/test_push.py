"""Reminders pushed to browsers, over a real socket, decrypted at the other end."""

import json
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.channels.push.push_service import (
    Browser,
    PushService,
    decrypted,
    push_service,
    raw_of,
    vapid_claims,
)
from tests.communications.conftest import Town, build_town
from tests.communications.crossings import (
    NOW,
    data_crossing,
    in_hand,
    released,
    state_of,
    voice_crossing,
)
from wanhao.channels.push.contracts import PushConfig
from wanhao.channels.push.keys import server_key
from wanhao.channels.push.sender import send_pushes
from wanhao.communications.actions import (
    claim_for_sending,
    mark_accepted,
    plan_message,
    release_due,
)
from wanhao.communications.contracts import OutgoingMessage
from wanhao.communications.models import CommunicationMessage, PushCopy, PushSubscription
from wanhao.communications.push_subscriptions import (
    MOST_BROWSERS,
    subscriptions_of,
    switch_off,
    switch_on,
)
from wanhao.parties.binding import unbind_line
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_login import open_login

SERVICES = ("127.0.0.1",)
SIGN_OFF = "【万号】"
LATE = NOW + timedelta(minutes=6)


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> PushConfig:
    return PushConfig(
        key=server_key(tmp_path / "push" / "key.pem"),
        services=SERVICES,
        contact="notice@wanhao.example",
        sign_off=SIGN_OFF,
        title_zh="万号",
        title_en="Wanhao",
        timeout=5,
    )


def subscribed(town: Town, service: PushService, name: str = "phone") -> Browser:
    """The first line of the family switched it on in a browser of that name."""
    browser = Browser(service.url, name)
    line = town.family.groups[0].lines[0]
    login = open_login(line.number, NOW)
    switch_on(login, line.line_id, browser.keys, NOW, services=SERVICES)
    return browser


def send(config: PushConfig, now: object = NOW) -> tuple[int, int]:
    return send_pushes("push", config, lambda: now)  # type: ignore[arg-type, return-value]


def by_sms(now: object = NOW) -> list[OutgoingMessage]:
    return claim_for_sending("sms", 50, now)  # type: ignore[arg-type]


def row() -> CommunicationMessage:
    return CommunicationMessage.objects.get()


class TestTheWords:
    def test_the_rfcs_own_example_is_read(self) -> None:
        number = int.from_bytes(raw_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
        private = ec.derive_private_key(number, ec.SECP256R1())
        body = raw_of(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
            "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
            "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        )
        plain = decrypted(body, private, raw_of("BTBZMqHH6r4Tts7J_aSIgg"))
        assert plain == b"When I grow up, I want to be a watermelon"

    def test_the_browser_reads_what_the_sms_would_have_said_and_knows_from_whom(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        browser = subscribed(town, service)
        released(voice_crossing(town.family))
        assert by_sms() == []
        assert send(config) == (1, 0)
        ((name, headers, body),) = service.took
        said = json.loads(browser.read(body))
        assert name == "phone"
        assert "80" in said["body"]
        assert not said["body"].endswith(SIGN_OFF)
        assert (said["title"], said["lang"]) == ("万号", "zh-CN")
        assert said["tag"] == f"wanhao-{row().pk}"
        claims, key = vapid_claims(headers["Authorization"])
        assert key == config.key.public
        assert claims["aud"] == service.url
        assert claims["sub"] == "mailto:notice@wanhao.example"
        assert 0 < claims["exp"] - NOW.timestamp() <= 24 * 3600
        assert 0 < int(headers["TTL"]) <= 24 * 3600
        assert headers["Content-Encoding"] == "aes128gcm"
        assert (row().state, row().channel) == ("accepted", "push")


class TestComfort:
    def test_who_did_not_switch_it_on_gets_sms(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        released(voice_crossing(town.smith))
        assert send(config) == (0, 0)
        assert len(by_sms()) == 1

    def test_a_browser_that_is_gone_is_ended_and_sms_says_it_once(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        service.answers["phone"] = 410
        released(voice_crossing(town.family))
        send(config)
        (message,) = by_sms()
        assert message.text.endswith(SIGN_OFF)
        assert PushSubscription.objects.get().ended == "gone"
        released(voice_crossing(town.family, episode=1))
        assert len(by_sms()) == 1
        assert send(config) == (0, 0)

    def test_one_browser_of_two_is_enough(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service, "phone")
        subscribed(town, service, "tablet")
        service.answers["phone"] = 404
        released(voice_crossing(town.family))
        send(config)
        assert [name for name, _, _ in service.took] == ["tablet"]
        assert row().state == "accepted"
        assert by_sms() == []

    def test_a_busy_service_is_asked_again_and_after_five_minutes_sms_is_sent(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        service.answers["phone"] = 503
        released(voice_crossing(town.family))
        assert send(config) == (1, 1)
        assert by_sms() == []
        assert send(config) == (1, 1)
        assert send(config, LATE) == (0, 0)
        assert len(by_sms(LATE)) == 1

    def test_a_service_that_hangs_up_may_have_taken_it_so_nobody_is_told_twice(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        service.hang_ups.add("phone")
        released(voice_crossing(town.family))
        send(config)
        assert row().state == "unknown"
        assert send(config, LATE) == (0, 0)
        assert by_sms(LATE) == []

    def test_a_service_that_is_not_there_is_waited_for(
        self, town: Town, config: PushConfig
    ) -> None:
        with push_service() as gone:
            subscribed(town, gone)
        released(voice_crossing(town.family))
        assert send(config) == (1, 1)
        assert row().state == "released"

    def test_a_refusal_of_who_we_are_goes_by_sms(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        service.answers["phone"] = 403
        released(voice_crossing(town.family))
        assert send(config) == (1, 0)
        assert len(by_sms()) == 1

    def test_who_has_the_line_no_more_reads_nothing_of_it(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        line = town.family.groups[0].lines[0]
        unbind_line(open_login(line.number, NOW), line.line_id, NOW, by="test")
        released(voice_crossing(town.family))
        assert send(config) == (0, 0)
        assert service.took == []
        assert PushSubscription.objects.get().ended == "unbound"
        assert len(by_sms()) == 1

    def test_answers_and_codes_stay_with_sms(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        plan_message(town.family.groups[0].lines[0].number, "secret", "验证码 283651", NOW)
        release_due(NOW)
        assert send(config) == (0, 0)
        assert len(by_sms()) == 1


class TestRequired:
    def test_it_goes_by_sms_and_the_same_words_are_pushed_besides(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        browser = subscribed(town, service)
        released(data_crossing(town.family))
        assert send(config) == (0, 0)
        (message,) = by_sms()
        assert send(config) == (1, 0)
        assert json.loads(browser.read(service.took[0][2]))["body"] + SIGN_OFF == message.text
        mark_accepted(message.message_id, ["x1"], NOW)
        assert (row().state, row().channel) == ("accepted", "sms")
        assert PushCopy.objects.get().state == "sent"
        assert send(config) == (0, 0)
        assert len(service.took) == 1

    def test_a_copy_that_nobody_takes_leaves_the_sms_as_it_is(
        self, town: Town, service: PushService, config: PushConfig
    ) -> None:
        subscribed(town, service)
        service.answers["phone"] = 410
        (message,) = in_hand(data_crossing(town.family))
        send(config)
        assert state_of(message.message_id) == "submitting"
        assert PushCopy.objects.get().state == "dropped"


class TestSwitching:
    def test_it_is_switched_on_once_and_off(self, town: Town, service: PushService) -> None:
        line = town.family.groups[0].lines[0]
        browser = subscribed(town, service)
        login = open_login(line.number, NOW)
        again = switch_on(login, line.line_id, browser.keys, NOW, services=SERVICES)
        assert [one.subscription_id for one in subscriptions_of(login, line.line_id)] == [
            again.subscription_id
        ]
        assert switch_off(login, line.line_id, again.subscription_id, NOW)
        assert not switch_off(login, line.line_id, again.subscription_id, NOW)
        released(voice_crossing(town.family))
        assert len(by_sms()) == 1

    def test_a_browser_belongs_to_whoever_signed_in_last(
        self, town: Town, service: PushService
    ) -> None:
        browser = subscribed(town, service)
        smith = town.smith.groups[0].lines[0]
        login = open_login(smith.number, NOW)
        switch_on(login, smith.line_id, browser.keys, NOW, services=SERVICES)
        (live,) = PushSubscription.objects.filter(until=None)
        assert live.line_id == smith.line_id

    def test_a_line_has_so_many_browsers_at_most(self, town: Town, service: PushService) -> None:
        for place in range(MOST_BROWSERS + 2):
            subscribed(town, service, f"browser-{place}")
        live = PushSubscription.objects.filter(until=None).order_by("id")
        assert live.count() == MOST_BROWSERS
        assert live[0].endpoint.endswith("browser-2")

    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://10.0.0.1/inside",
            "http://fcm.googleapis.com/plain",
            "https://fcm.googleapis.com.evil.example/",
            "https://user:secret@fcm.googleapis.com/",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_only_known_push_services_are_ever_asked(
        self, town: Town, service: PushService, endpoint: str
    ) -> None:
        line = town.family.groups[0].lines[0]
        login = open_login(line.number, NOW)
        keys = Browser(service.url, "phone").keys
        odd = type(keys)(endpoint=endpoint, p256dh=keys.p256dh, auth=keys.auth)
        with pytest.raises(WanhaoError, match="not known"):
            switch_on(login, line.line_id, odd, NOW, services=("fcm.googleapis.com",))

    def test_nobody_subscribes_to_the_line_of_another(
        self, town: Town, service: PushService
    ) -> None:
        login = open_login(town.smith.groups[0].lines[0].number, NOW)
        line = town.family.groups[0].lines[0].line_id
        with pytest.raises(WanhaoError, match="has no line"):
            switch_on(login, line, Browser(service.url, "p").keys, NOW, services=SERVICES)


class TestTheKey:
    def test_it_is_made_once_and_only_we_may_read_it(self, tmp_path: Path) -> None:
        file = tmp_path / "push" / "key.pem"
        first = server_key(file).public
        assert server_key(file).public == first
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert os.listdir(file.parent) == ["key.pem"]
        assert len(raw_of(first)) == 65

    def test_another_file_is_no_key(self, tmp_path: Path) -> None:
        file = tmp_path / "key.pem"
        file.write_text("hello")
        with pytest.raises(WanhaoError, match="no key for push"):
            server_key(file)
