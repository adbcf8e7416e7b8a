"""Reading a meter on another machine: the same questions over HTTP."""

import ssl
from collections.abc import Sequence

import httpx

from wanhao.usage.ports import OutOfReachError
from wanhao.usage.use_contracts import UseSoFar
from wanhao.usage.view.wire import AT_ONCE, GROUPS, PATH, unpacked

TIMEOUT_SECONDS = 3.0
REMEDY = "On the meter's machine run: wanhao usage serve. Look at WANHAO_METER_URL and _TOKEN here."


class RemoteReader:
    """Asks a meter at an address, as "https://meter.example.cn:8011"; may be shared by threads."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            verify=ssl.create_default_context(),
        )

    def use_of(self, group_id: int) -> UseSoFar | None:
        """Where a group stands; None for one that the meter does not know."""
        return self.uses_of([group_id]).get(group_id)

    def uses_of(self, group_ids: Sequence[int]) -> dict[int, UseSoFar]:
        """The same for many groups, some at a time; those the meter does not know are left out."""
        found: dict[int, UseSoFar] = {}
        wanted = [group for group in group_ids if group > 0]
        for first in range(0, len(wanted), AT_ONCE):
            found |= self._asked(wanted[first : first + AT_ONCE])
        return found

    def _asked(self, groups: Sequence[int]) -> dict[int, UseSoFar]:
        try:
            answer = self._client.get(PATH, params={GROUPS: ",".join(map(str, groups))})
            body = answer.json()
            if answer.status_code != httpx.codes.OK:
                raise _out_of_reach(str(body.get("message", answer.status_code)))
            uses = [unpacked(one) for one in body["uses"]]
        except httpx.HTTPError as error:
            raise _out_of_reach(f"{error}.") from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _out_of_reach("It answers like something else than a meter.") from None
        return {use.group_id: use for use in uses}


def _out_of_reach(why: str) -> OutOfReachError:
    return OutOfReachError(f"The meter on the other machine cannot be asked: {why}", REMEDY)
