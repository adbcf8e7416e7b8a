"""The examples of docs/reference/network-provisioning.md are what wanhao sends and understands."""

import json
import re
from datetime import date

from tests.architecture.tree import REPOSITORY
from tests.network.peers import RunningPeer
from wanhao.network import sending
from wanhao.network.contracts import Barring
from wanhao.network.gateway import client
from wanhao.network.gateway.client import GatewayConfig, HttpProvisioning
from wanhao.network.gateway.wire import WireAnswers, WirePage, WireProfile, on_the_wire
from wanhao.network.ports import MOST_READ, MOST_SENT, SentProfile
from wanhao.network.reachable import FILE, read_reachable

PAGE = (REPOSITORY / "docs" / "reference" / "network-provisioning.md").read_text()
HOW_TO = (REPOSITORY / "docs" / "how-to" / "connect-your-network.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
PROFILE, TOLD, ANSWERED, HELD = EXAMPLES
STAYS = read_reachable().on(date(2026, 11, 22))


def as_sent(profile: dict) -> SentProfile:
    barring = Barring(profile["barring"])
    return SentProfile(
        line_id=profile["line"],
        version=profile["version"],
        number=profile["number"],
        barring=barring,
        data=profile["data"],
        roaming=profile["roaming"],
        reachable=STAYS[barring],
    )


def test_profiles_are_sent_as_the_page_shows_them() -> None:
    for profile in (PROFILE, *TOLD["profiles"]):
        assert on_the_wire(as_sent(profile)) == profile
        assert WireProfile.model_validate_json(json.dumps(profile)).held().lets_as(as_sent(profile))


def test_the_answers_are_understood_as_they_stand() -> None:
    answers = WireAnswers.model_validate_json(json.dumps(ANSWERED))
    assert json.loads(answers.model_dump_json(exclude_unset=True)) == ANSWERED
    page = WirePage.model_validate_json(json.dumps(HELD))
    assert json.loads(page.model_dump_json(exclude_unset=True)) == HELD


def test_a_profile_held_without_roaming_is_one_that_is_not_let_abroad() -> None:
    before = {name: value for name, value in PROFILE.items() if name != "roaming"}
    held = WireProfile.model_validate_json(json.dumps(before)).held()
    assert not held.lets_as(as_sent(PROFILE))
    assert held.lets_as(as_sent(PROFILE | {"roaming": False}))


def test_the_page_describes_what_really_happens(peer: RunningPeer) -> None:
    peer.told(refuse=TOLD["profiles"][1]["number"], reason="no such subscriber")
    network = HttpProvisioning(peer.config)
    answers = network.put([as_sent(profile) for profile in TOLD["profiles"]])
    expected = WireAnswers.model_validate_json(json.dumps(ANSWERED)).answers
    assert answers == {one.line: one.answer() for one in expected}
    assert network.held_for(PROFILE["number"]) == network.held(5_000, None).profiles
    network.close()


def test_its_limits_are_ours() -> None:
    config = GatewayConfig(url="", token="")
    assert f"up to {MOST_SENT} profiles" in PAGE
    assert f"&limit={MOST_READ}" in PAGE
    assert f"{config.seconds} s, longer than {config.overall} s" in PAGE
    assert f"at most {client.MOST_OCTETS // 1024**2} MiB" in PAGE
    assert f"{sending.LONGEST_AWAY.seconds} at most" in PAGE


def test_the_list_of_the_how_to_is_the_one_that_counts() -> None:
    shown = re.search(r"```\n(\[\[list\]\].*?)```", HOW_TO, re.DOTALL)
    assert shown
    bare = [re.sub(r"\s+#.*", "", line) for line in shown[1].splitlines()]
    ours = FILE.read_text()
    assert bare == ours[ours.index("[[list]]") :].splitlines()
