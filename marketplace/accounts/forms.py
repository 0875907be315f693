"""allauth's forms without words inside the fields: a label says what a field is for."""

from __future__ import annotations

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp


class _Plain:
    """Takes the placeholders away."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_Plain, account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # The way to a new password stands below.


class SignupForm(_Plain, account.SignupForm):  # type: ignore[misc]
    pass


class AddEmailForm(_Plain, account.AddEmailForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class PasswordAgainForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class RequestLoginCodeForm(_Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmLoginCodeForm(_Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class CodeForm(_Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class FirstCodeForm(_Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass
