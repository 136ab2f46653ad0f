"""Signing in and out, and the own account."""

from django.urls import path

from apps.web.accounts import signing

urlpatterns = [
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("preferences", signing.preferences, name="preferences"),
    path("account", signing.account, name="account"),
]
