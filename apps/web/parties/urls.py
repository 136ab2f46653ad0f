"""Parties."""

from django.urls import path

from apps.web.parties import naming, ownership_pages, screening, timeline, views

urlpatterns = [
    path("parties", views.parties, name="parties"),
    path("parties/new", views.new, name="party-new"),
    path("parties/<uuid:party_id>", views.party, name="party"),
    path("parties/<uuid:party_id>/ownership", ownership_pages.ownership, name="party-ownership"),
    path("parties/<uuid:party_id>/timeline", timeline.timeline, name="party-timeline"),
    path("parties/<uuid:party_id>/stakes/new", ownership_pages.record, name="stake-new"),
    path("parties/<uuid:party_id>/names/new", naming.add_name, name="party-name-new"),
    path("parties/<uuid:party_id>/domains/new", naming.add_domain, name="party-domain-new"),
    path("party-names/<uuid:name_id>/remove", naming.remove_name, name="party-name-remove"),
    path("party-domains/<uuid:domain_id>/remove", naming.remove_domain, name="party-domain-remove"),
    path("stakes/<uuid:stake_id>/end", ownership_pages.end, name="stake-end"),
    path("stakes/<uuid:stake_id>/correct", ownership_pages.correct, name="stake-correct"),
    path("stakes/<uuid:stake_id>/withdraw", ownership_pages.withdraw, name="stake-withdraw"),
    path("parties/<uuid:party_id>/screening", screening.screening, name="party-screening"),
    path("parties/<uuid:party_id>/screening.csv", screening.table, name="party-screening-table"),
]
