"""What is wrong with what was written into an input, in the customer's words, with its limits."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from wanhao.menu.contracts import RefusedError
from wanhao.menu.input_words import words_of

LINE = r"1\d{10}"
Pair = tuple[str, str]
FILL_IN = ("请填写{label}。", "Please fill in: {label}.")
WHOLE = ("{label}请填写整数。", "{label}: please write a whole number.")
A_LINE = ("{label}应为11位手机号码。", "{label}: a mobile number of eleven digits.")
ANYTHING = ("{label}填写有误，请检查。", "{label} is not right; please look again.")
BY_KIND: Mapping[str, Pair] = {
    "missing": FILL_IN,
    "string_too_short": FILL_IN,
    "greater_than_equal": ("{label}至少为{ge}。", "{label}: at least {ge}."),
    "less_than_equal": ("{label}最多为{le}。", "{label}: at most {le}."),
    "string_too_long": (
        "{label}最多{max_length}个字。",
        "{label}: at most {max_length} characters.",
    ),
}
"""By what pydantic calls the mistake; its limits may be named."""


def refusal_of_inputs(item: str, error: ValidationError) -> RefusedError:
    """The first thing that is wrong with what an item was told."""
    return refusal_of_input(item, error.errors(include_url=False, include_input=False)[0])


def refusal_of_input(item: str, wrong: ErrorDetails) -> RefusedError:
    """One thing that is wrong; the input is called by its label."""
    cause = wrong.get("ctx", {}).get("error")
    if isinstance(cause, RefusedError):
        return cause
    name = ".".join(str(part) for part in wrong["loc"]) or "input"
    limits, label = wrong.get("ctx", {}), words_of(item, name).label
    zh, en = _words(wrong["type"], str(limits.get("pattern", "")))
    return RefusedError(
        zh.format(**{**limits, "label": label[0]}), en.format(**{**limits, "label": label[1]})
    )


def _words(kind: str, pattern: str) -> Pair:
    if kind in BY_KIND:
        return BY_KIND[kind]
    if kind.startswith("int_"):
        return WHOLE
    return A_LINE if LINE in pattern else ANYTHING
