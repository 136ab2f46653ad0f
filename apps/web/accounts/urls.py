"""Signing in and out, the own account, and the settings: organisation, people, teams, tokens."""

from django.urls import path

from apps.web.accounts import organisation, people, signing, teams, tokens

urlpatterns = [
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
    path("preferences", signing.preferences, name="preferences"),
    path("account", signing.account, name="account"),
    path("settings/organisation", organisation.profile, name="organisation"),
    path("settings/organisation/facts", organisation.facts, name="organisation-facts"),
    path("settings/people", people.people, name="people"),
    path("settings/people/new", people.new, name="person-new"),
    path("settings/people/<uuid:user_id>", people.person, name="person"),
    path("settings/people/<uuid:user_id>/active", people.active, name="person-active"),
    path("settings/people/<uuid:user_id>/grants/<uuid:grant_id>/revoke", people.revoke, name="grant-revoke"),
    path("settings/teams", teams.teams, name="teams"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/new", tokens.new, name="token-new"),
    path("settings/tokens/<uuid:token_id>/revoke", tokens.revoke, name="token-revoke"),
]
