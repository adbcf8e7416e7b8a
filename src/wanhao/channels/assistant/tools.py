"""Menu items as tools, and replies as what a tool gives back; pure."""

from collections.abc import Mapping
from typing import Any

from mcp.types import CallToolResult, TextContent, Tool, ToolAnnotations

from wanhao.channels.assistant.bearers import CONFIRM, LINK, PAY_LINK
from wanhao.menu.contracts import IdentityLevel, MenuItem, RefusedError, Reply, ReplyKind
from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI

ASKS = (
    "需先征得本人同意：先返回内容、价格和确认号，本人同意后再用confirm办理。"
    " Proposes first: gives what it does, its price and a nonce; nothing is done before `confirm`."
)
STEPS_UP = (
    "需要更高的身份级别：先返回网上营业厅的一次性链接，本人打开并验证后30分钟内可再次查询或办理。"
    " Needs more proof of identity than a token gives: gives a one-time link to the online hall;"
    " for 30 minutes after the person verified there, ask again."
)
AGREE = {
    Language.ZH: "尚未办理。请把以上内容和价格告诉本人；本人明确同意后，"
    "在{until}前用confirm提交确认号{nonce}。",
    Language.EN: "Nothing is done yet. Tell the person this and its price; only when the person "
    "has agreed, call confirm with the nonce {nonce} before {until}.",
}
ONLINE = {
    Language.ZH: "令牌只能证明号码，请本人到网上营业厅验证身份后办理。",
    Language.EN: "A token only proves the number; the person can verify at the online hall.",
}
LINKED = {
    Language.ZH: "请把这个链接交给本人，本人在网上营业厅验证并同意后，30分钟内可再次提出："
    "{link}（链接30分钟内有效）",
    Language.EN: "Give the person this link to the online hall; when they have verified and agreed "
    "there, ask again within 30 minutes: {link} (the link is good for 30 minutes)",
}
PAID_THERE = {
    Language.ZH: "请把这个链接交给本人，由本人登录网上营业厅付款：{link}",
    Language.EN: "Give the person this link; they sign in to the online hall and pay there: {link}",
}
CONFIRM_TOOL = Tool(
    name=CONFIRM,
    title="确认办理 Confirm",
    description="办理此前提出的业务，只有在本人看到内容和价格并明确同意之后才能调用；重复确认只办理一次。"
    " Does what was proposed. Call it only after the person has seen what it does and costs, and"
    " has agreed. Confirming twice does it once.",
    input_schema={
        "type": "object",
        "properties": {
            "nonce": {
                "type": "string",
                "description": "提出业务时返回的确认号 The nonce that the proposal gave",
            }
        },
        "required": ["nonce"],
        "additionalProperties": False,
    },
    annotations=ToolAnnotations(
        read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
    ),
)
OUTPUT: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {
            "enum": [kind.value for kind in ReplyKind],
            "description": "answered, to_confirm (ask the person), to_step_up, or refused",
        },
        "item": {"type": "string"},
        "long": {"type": "string", "description": "in full, for the person"},
        "short": {"type": "string", "description": "in one sentence"},
        "data": {"type": "object", "description": "money in fen, instants in ISO 8601"},
        "nonce": {"type": "string", "description": "for confirm, after the person agreed"},
        "expires_at": {"type": "string", "description": "until when it may be confirmed"},
        "needs": {"type": "integer", "description": "the identity level that is missing"},
    },
    "required": ["kind", "item", "long", "short", "data"],
}


def tool_of(item: MenuItem[Any]) -> Tool:
    """An item as a tool: its words in both languages, its inputs, and what it may do."""
    schema = item.inputs.model_json_schema()
    about = schema.pop("description", "")
    schema.pop("title", None)
    return Tool(
        name=item.code,
        title=f"{item.zh} {item.en}",
        description=_described(item, about if item.inputs.model_fields else ""),
        input_schema=schema,
        output_schema=dict(OUTPUT),
        annotations=annotations_of(item),
    )


def annotations_of(item: MenuItem[Any]) -> ToolAnnotations:
    """What may happen when the tool is called.

    A proposal adds a question and changes nothing of the customer's; asked again it is a new one.
    What changes at once may replace what was set before.
    """
    return ToolAnnotations(
        read_only_hint=item.reads_only,
        destructive_hint=item.changes and not item.confirmed,
        idempotent_hint=item.reads_only,
        open_world_hint=False,
    )


def result_of(reply: Reply, language: Language) -> CallToolResult:
    """A reply as text for the person and as data; what was not done is an error."""
    told: dict[str, Any] = {
        "kind": reply.kind.value,
        "item": reply.item,
        "long": reply.long,
        "short": reply.short,
        "data": dict(reply.data),
    }
    lines = [reply.long]
    if reply.kind is ReplyKind.TO_CONFIRM and reply.expires_at:
        until = reply.expires_at.astimezone(SHANGHAI)
        told |= {"nonce": reply.nonce, "expires_at": until.isoformat()}
        lines.append(AGREE[language].format(nonce=reply.nonce, until=f"{until:%H:%M}"))
    if reply.kind is ReplyKind.TO_STEP_UP:
        told["needs"] = int(reply.needs or 0)
        link = reply.data.get(LINK)
        lines.append(LINKED[language].format(link=link) if link else ONLINE[language])
    if reply.to_pay is not None and (link := reply.data.get(PAY_LINK)):
        lines.append(PAID_THERE[language].format(link=link))
    return CallToolResult(
        content=[TextContent(type="text", text="\n".join(lines))],
        structured_content=told,
        is_error=reply.kind in {ReplyKind.REFUSED, ReplyKind.TO_STEP_UP},
    )


def refusal_result(tool: str, refusal: RefusedError, language: Language) -> CallToolResult:
    """A question that was not even asked."""
    said = refusal.said(language)
    return result_of(Reply(kind=ReplyKind.REFUSED, item=tool, long=said, short=said), language)


def _described(item: MenuItem[Any], about: str) -> str:
    parts = [f"{item.zh}。{item.en}."]
    if item.confirmed:
        parts.append(ASKS)
    if item.level > IdentityLevel.KNOWN:
        parts.append(STEPS_UP)
    if about:
        parts.append(about)
    return "\n".join(parts)
