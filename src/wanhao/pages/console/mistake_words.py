"""What rooms refuse to employees, in the language of the page: with its amounts, dates and limits.

A room says in English what is so and what to do; what has no figures is looked up as it is.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

PLAIN = (
    _("Look for it in the list."),
    _("Look for its reference in the statement."),
    _("Look it up; if this is a new one, give it a reference of its own."),
    _("A return needs a reference."),
    _("Give it one of its own."),
    _("A difference is settled with a note."),
    _("Say what was found out."),
    _("This difference is settled already."),
    _("Look at the list again."),
    _("A refund needs a reason."),
    _("Say why the money goes back."),
    _("Wait until the channel answered."),
    _("A change cannot count from the past."),
    _("Give a later time, or none."),
    _("A change needs a reason, and somebody who makes it."),
    _("Say why, in a few words."),
    _("A reason has 500 characters at most."),
    _("Say it more shortly."),
    _("Nothing changes: that is how it is already."),
    _("No value is given."),
    _("Give one, such as threshold=70"),
    _("Give one, such as daily_cap=3"),
    _("Texts are given by variant and language."),
    _("As texts.usual.zh=..."),
    _("The law or the words of the reminder demand it as it is."),
    _("Give a name for the rule."),
    _("Give it as 22:00."),
    _("There is no such account."),
    _("Give the number of a live line."),
    _("This text cannot be sent."),
    _("Give eleven digits that begin with 1."),
    _("The contact policy says when messages go out, not how many are decided."),
    _("Preview a reminder rule."),
)
"""Without figures; named here so that they are known to be translated."""
WITH_FIGURES: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(begins), said)
    for begins, said in (
        (r"There is no payment '(?P<number>[^']*)'", _("There is no payment %(number)s.")),
        (
            r"(?P<amount>-?¥\S+) of payment '(?P<number>[^']*)' cannot be refunded",
            _("%(amount)s of payment %(number)s cannot be given back."),
        ),
        (
            r"(?P<amount>-?¥\S+) of (?P<number>\S+) cannot be refunded",
            _("%(amount)s of payment %(number)s cannot be given back."),
        ),
        (
            r"At most (?P<most>-?¥\S+) can: what was paid",
            _(
                "At most %(most)s can: what was paid, less what went back, and no more than is"
                " still there. Voucher money is never paid out."
            ),
        ),
        (
            r"At most (?P<most>-?¥\S+) of it can: what was paid",
            _("At most %(most)s of it can: what was paid, less what went back."),
        ),
        (
            r"(?:Refund|Return) '[^']*' was (?:asked for with|recorded for) another payment or",
            _("This refund was asked for before, with another payment or amount."),
        ),
        (
            r"Another refund of (?P<number>\S+) is under way",
            _("Another refund of %(number)s is under way."),
        ),
        (r"There is no city '(?P<name>[^']*)'", _("There is no city %(name)s.")),
        (r"Give one of: (?P<known>.+)\.$", _("Give one of: %(known)s.")),
        (
            r"Works need a time, a place and what may fail; missing: (?P<missing>.+)\.$",
            _("Works need a time, a place and what may fail; missing: %(missing)s."),
        ),
        (r"There is no notice (?P<number>\d+)", _("There is no notice %(number)s.")),
        (
            r"The same was sent just now, as notice (?P<number>\d+)",
            _("The same was sent just now, as notice %(number)s."),
        ),
        (
            r"The works begin in less than (?P<hours>\d+) hours",
            _("The works begin in less than %(hours)s hours."),
        ),
        (r"There is no change (?P<number>\d+)", _("There is no change %(number)s.")),
        (
            r"The change (?P<number>\d+) is reverted already",
            _("The change %(number)s is reverted already."),
        ),
        (
            r"(?:A rule|The policy) has no value '",
            _("There is no such value."),
        ),
        (r"What can be changed: (?P<known>.+)\.$", _("What can be changed: %(known)s.")),
        (
            r"(?P<name>\S+) of (?P<code>\S+) may not be changed",
            _("%(name)s of %(code)s may not be changed."),
        ),
        (r"(?P<name>\S+) must be a few words", _("%(name)s must be a few words.")),
        (
            r"(?P<code>\S+) has no text '(?P<variant>[^']*)'",
            _("%(code)s has no text '%(variant)s'."),
        ),
        (r"They are: (?P<known>.+)\.$", _("They are: %(known)s.")),
        (
            r"Nobody is written to in '(?P<language>[^']*)'",
            _("Nobody is written to in '%(language)s'."),
        ),
        (r"Use (?P<known>zh, en)\.$", _("Use %(known)s.")),
        (
            r"The text (?P<text>\S+) in (?P<language>\S+) ",
            _(
                "The text %(text)s (%(language)s) cannot be used: something is missing, or a"
                " variable is not known."
            ),
        ),
        (
            r"The variables it may name are: (?P<named>.+)\.$",
            _("The variables it may name are: %(named)s."),
        ),
        (
            r"(?P<name>\S+) must be a whole number from (?P<least>\d+) to (?P<most>\d+)",
            _("%(name)s must be a whole number from %(least)s to %(most)s."),
        ),
        (r"(?P<name>\S+) must be a time of day", _("%(name)s must be a time of day.")),
        (r"(?P<code>[a-z0-9-]+): (?P<why>.+)\.$", _("%(code)s cannot be like this: %(why)s.")),
        (
            r"'(?P<rule>[^']*)' is no reminder that can be switched off",
            _("%(rule)s is no reminder that can be switched off."),
        ),
        (r"Those that can be: (?P<known>.+)\.$", _("Those that can be: %(known)s.")),
        (r"Nobody uses the number (?P<number>\S+)\.", _("Nobody uses the number %(number)s.")),
        (
            r"Write something, in (?P<most>\d+) short messages at most",
            _("Write something, in %(most)s short messages at most."),
        ),
        (r"(?P<number>\S+) is not a mobile number", _("%(number)s is not a mobile number.")),
        (r"See: wanhao|See them with: wanhao", _("Look at the list again.")),
    )
)


def in_words(said: str) -> str:
    """A message or a remedy in the language of the page; as it is where nobody gave words."""
    if not said:
        return ""
    translated = gettext(said)
    if translated != said or (get_language() or "").startswith("en"):
        return translated
    for begins, words in WITH_FIGURES:
        found = begins.match(said)
        if found:
            return str(words) % found.groupdict()
    return said
