"""Lists and authorities' measures."""

from django.urls import path

from apps.web.sanctions import exposure, matches, measures, news, published, screenings, views

urlpatterns = [
    path("screening/lists", published.lists, name="lists"),
    path("screening/lists/<slug:list_key>", published.published, name="list"),
    path("screening/entries/<uuid:listed_id>", published.entry, name="list-entry"),
    path("screening/sources/new", published.new_source, name="list-source-new"),
    path("screening/sources/<slug:source_key>", published.source, name="list-source"),
    path("screening/sources/<slug:source_key>/refresh", published.refresh, name="list-refresh"),
    path("screening/sources/<slug:source_key>/upload", published.upload, name="list-upload"),
    path("screening/sources/<slug:source_key>/change", published.change, name="list-source-change"),
    path("screening/versions/<uuid:list_version_id>", published.version, name="list-version"),
    path("screening/versions/<uuid:list_version_id>/accept", published.accept, name="list-accept"),
    path("screening/versions/<uuid:list_version_id>/file", published.version_file, name="list-file"),
    path("screening/matches", matches.matches, name="matches"),
    path("screening/matches/<uuid:match_id>", matches.match, name="match"),
    path("screening/matches/<uuid:match_id>/judge", matches.judge, name="match-judge"),
    path("screening/matches/<uuid:match_id>/decide", matches.decide, name="match-decide"),
    path("screening/matches/<uuid:match_id>/reopen", matches.reopen, name="match-reopen"),
    path("screening/runs", screenings.screenings, name="screenings"),
    path("screening/runs/<uuid:run_id>", screenings.screening, name="screening"),
    path("screening/runs/<uuid:run_id>/results.csv", screenings.table, name="screening-table"),
    path("screening/exposure", exposure.exposure, name="exposure"),
    path("screening/ask", screenings.ask, name="screening-ask"),
    path("screening/changes", news.changes, name="screening-changes"),
    path("screening/events", views.events, name="restriction-events"),
    path("screening/events/new", measures.new, name="restriction-event-new"),
    path("screening/events/<uuid:event_id>", views.event, name="restriction-event"),
    path("screening/events/<uuid:event_id>/correct", measures.correct, name="restriction-event-correct"),
    path("screening/events/<uuid:event_id>/status", measures.status, name="restriction-event-status"),
    path(
        "screening/events/<uuid:event_id>/steps/<uuid:step_id>/back",
        measures.step_back,
        name="restriction-event-step-back",
    ),
]
