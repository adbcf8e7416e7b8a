"""Who keeps which promises. QUICK kinds are looked for between two messages, SLOW and LONG ones
beside them.

A keeper is quick when all it does for 500 promises takes well under a second, and long when one
promise may take minutes.
"""

from wanhao.communications.changing import WATCH
from wanhao.communications.previews import PREVIEW_RULE
from wanhao.parties.care import VISIT
from wanhao.parties.care_visits import MISSED, note_missed_visits, open_visits
from wanhao.promises.contracts import Keeper
from wanhao.workflows import review_use, send_notice, tell_abnormal_bills, tell_endings, tell_points
from wanhao.workflows.announce_steps import announce_steps
from wanhao.workflows.announce_stops import announce_stops
from wanhao.workflows.emergency_resume import run_grants
from wanhao.workflows.end_auctions import END_LOT, PAY_OVER, end_auctions, pass_on_auctions
from wanhao.workflows.grant_promises import END_GRANT
from wanhao.workflows.keep_number import END_KEEPING, end_keeping
from wanhao.workflows.preview_rules import keep_previews
from wanhao.workflows.promise_stops import BEFORE_STOP
from wanhao.workflows.resume_data import RESUME_DATA, resume_data
from wanhao.workflows.stop_data import STOP_DATA, stop_data
from wanhao.workflows.stop_service import stop_service
from wanhao.workflows.stop_steps import ANNOUNCE_STEP, NEXT_STEP, STOP_SERVICE
from wanhao.workflows.take_steps import take_steps
from wanhao.workflows.watch_thresholds import keep_watching

QUICK: dict[str, Keeper] = {
    STOP_DATA: stop_data,
    STOP_SERVICE: stop_service,
    ANNOUNCE_STEP: announce_steps,
    NEXT_STEP: take_steps,
    END_GRANT: run_grants,
    WATCH: keep_watching,
    END_LOT: end_auctions,
}
SLOW: dict[str, Keeper] = {
    BEFORE_STOP: announce_stops,
    RESUME_DATA: resume_data,
    END_KEEPING: end_keeping,
    VISIT: open_visits,
    MISSED: note_missed_visits,
    PAY_OVER: pass_on_auctions,
    review_use.KIND: review_use.review_use,
    tell_points.KIND: tell_points.tell_points,
    tell_endings.KIND: tell_endings.tell_endings,
    tell_abnormal_bills.KIND: tell_abnormal_bills.tell_abnormal_bills,
    send_notice.KIND: send_notice.send_notices,
}
LONG: dict[str, Keeper] = {PREVIEW_RULE: keep_previews}
