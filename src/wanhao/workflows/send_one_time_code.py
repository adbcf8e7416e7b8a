"""Send a one-time code to a number, in the words of what it is for."""

from datetime import datetime

from django.db import transaction

from wanhao.access.contracts import CodePurpose, IssuedCode
from wanhao.access.one_time_codes import issue_code
from wanhao.communications.actions import plan_message
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number

TEXTS = {
    CodePurpose.SIGN_IN: {
        Language.ZH: "您的登录验证码是{code}，5分钟内有效。切勿告诉他人。",
        Language.EN: "Your code to sign in is {code}, good for 5 minutes. Tell nobody.",
    },
    CodePurpose.STEP_UP: {
        Language.ZH: "您正在网上营业厅验证身份，验证码是{code}，5分钟内有效。切勿告诉他人。",
        Language.EN: "Your code to prove who you are is {code}, good for 5 minutes. Tell nobody.",
    },
    CodePurpose.BIND: {
        Language.ZH: "有人要把本号码绑定到自己的登录，验证码是{code}，5分钟内有效。"
        "未经您本人同意，切勿告诉他人。",
        Language.EN: "Somebody asks to see this line with their sign-in. Code: {code}, good for 5 "
        "minutes. Tell nobody you do not trust.",
    },
}


@transaction.atomic
def send_one_time_code(
    number: int, purpose: CodePurpose, now: datetime, *, asked_by: str = ""
) -> IssuedCode:
    """Send a code to a number; of a number nobody has, nothing is sent and nothing is different.

    TooManyCodesError when it is too soon, or when `asked_by` had too many sent.
    """
    issued = issue_code(number, purpose, now, asked_by=asked_by)
    line = lines_by_number([number]).get(number)
    if line is not None:
        text = TEXTS[purpose][line.language].format(code=issued.code)
        plan_message(number, "secret", text, now)
    return issued
