"""The inputs of items as fields."""

import pytest
from pydantic import ValidationError

from wanhao.menu.queries import item_of, items
from wanhao.pages.asking.choices import SOURCES
from wanhao.pages.asking.fields import Choice, FieldKind, errors_of, fields_of, sources_of
from wanhao.parties.contracts import Language


def wrong(code: str, given: dict[str, object], language: Language = Language.ZH) -> dict[str, str]:
    item = item_of(code)
    with pytest.raises(ValidationError) as caught:
        item.inputs.model_validate(given)
    return errors_of(item, caught.value, language)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", sorted(items()))
def test_every_item_is_a_form_of_its_inputs_alone(code: str, language: Language) -> None:
    item = item_of(code)
    fields = fields_of(item, language, {}, {})
    assert {field.name for field in fields} <= set(item.inputs.model_fields)
    assert all(field.label for field in fields)
    assert set(sources_of(item).values()) <= set(SOURCES)


def test_what_was_given_stands_in_its_field_with_what_is_wrong() -> None:
    fields = fields_of(
        item_of("gift_data"), Language.ZH, {"to": "123"}, {"to": "转赠给应为11位手机号码。"}
    )
    to, mb = fields
    assert (to.value, to.error, to.required, to.digits) == (
        "123",
        "转赠给应为11位手机号码。",
        True,
        True,
    )
    assert (mb.kind, mb.least, mb.most) == (FieldKind.NUMBER, 1, 9999)


def test_what_was_looked_up_is_chosen_from() -> None:
    pack = Choice(value="sms-pack-5", label="短信包 5元", price="¥5/月")
    (field,) = fields_of(item_of("pack_open"), Language.ZH, {}, {}, {"pack": [pack]})
    assert (field.kind, field.choices) == (FieldKind.CHOICE, (pack,))
    (about,) = fields_of(item_of("pack_about"), Language.ZH, {}, {}, {"pack": [pack]})
    assert [one.value for one in about.choices] == ["", "sms-pack-5"]


def test_a_secret_is_never_written_back() -> None:
    fields = fields_of(item_of("service_password"), Language.EN, {"new": "283651"}, {})
    assert [(one.name, one.kind, one.value) for one in fields] == [
        ("new", FieldKind.SECRET, ""),
        ("old", FieldKind.SECRET, ""),
    ]


def test_what_is_wrong_is_said_in_the_customers_words() -> None:
    assert wrong("gift_data", {"to": "123", "mb": "0"}) == {
        "to": "转赠给应为11位手机号码。",
        "mb": "转赠流量（MB）至少为1。",
    }
    assert wrong("pack_open", {}) == {"pack": "请填写开通哪一个。"}
    assert wrong("keep_number", {"months": "many"}, Language.EN) == {
        "months": "For how many months: please write a whole number."
    }
    assert wrong("keep_number", {"months": "13"}, Language.EN) == {
        "months": "For how many months: at most 12."
    }
