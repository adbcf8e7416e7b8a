"""Second factors taken away, when the phone that had them is lost."""

from allauth.mfa.models import Authenticator


def forget_factors(login_id: int) -> int:
    """A login has no second factor any more and sets one up at the next sign-in; returns how many
    it had, recovery codes among them."""
    return int(Authenticator.objects.filter(user_id=login_id).delete()[0])
