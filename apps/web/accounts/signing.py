"""Signing in, signing out, and what everybody sets for themselves."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.accounts import services
from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.signing_in import sign_in_with_password
from apps.core.errors import TooManyAttempts, in_language
from apps.web.forms import Form, attempt
from apps.web.pages import page, safe_next


class SignInForm(Form):
    """E-mail address and password."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = sign_in_with_password(request, **form.cleaned_data)
        except TooManyAttempts as error:
            return _not_now(request, form, error)
        if user is not None:
            login(request, user)
            return HttpResponseRedirect(safe_next(request))
        form.add_error(None, _("Address and password do not fit together, or the account is closed."))
    return _door(request, form)


def _door(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form, "next": safe_next(request)}, status=status)


def _not_now(request: HttpRequest, form: SignInForm, error: TooManyAttempts) -> HttpResponse:
    form.add_error(None, in_language(error.message))
    response = _door(request, form, status=error.status)
    response["Retry-After"] = str(error.retry_after)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out."""
    logout(request)
    return HttpResponseRedirect("/sign-in")


@page("POST")
def preferences(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Language and theme, from the buttons at the top."""
    if request.method == "POST":
        services.set_preferences(
            actor=actor,
            user=_user(request),
            language=request.POST.get("language"),
            theme=request.POST.get("theme"),
        )
    return HttpResponseRedirect(safe_next(request))


class PasswordForm(Form):
    """The present password and a new one."""

    current = forms.CharField(
        label=gettext_lazy("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("At least 12 characters, not among the common ones."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@sensitive_post_parameters("current", "password")
@page("GET", "POST")
def account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The own account: roles, password."""
    user = _user(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, actor, user, form):
        return HttpResponseRedirect(request.path)
    grants: Any = user.grants.select_related("team")
    return render(request, "accounts/account.html", {"form": form, "grants": grants})


def _changed(request: HttpRequest, actor: Actor, user: User, form: PasswordForm) -> bool:
    known = attempt(
        form, lambda: sign_in_with_password(request, email=user.email, password=form.cleaned_data["current"])
    )
    if known is None:
        if not form.errors:
            form.add_error("current", _("This is not your present password."))
        return False

    def change() -> bool:
        services.change_password(actor=actor, user=user, password=form.cleaned_data["password"])
        return True

    if not attempt(form, change):
        return False
    update_session_auth_hash(request, user)
    with translation.override(user.language):
        messages.success(request, _("The password is changed. Other sessions of yours have ended."))
    return True


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("a page answers people who are signed in")
    return user
