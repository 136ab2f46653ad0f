from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "apps.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Compare approvals with what is now whenever a use is judged, and tell policy which text was approved."""
        from apps.policy.sheets.contributions import register
        from apps.policy.signals import uses_taken
        from apps.reviews.noticing import note_changes
        from apps.reviews.selectors import approval_entries

        uses_taken.connect(note_changes, dispatch_uid="reviews.note_changes")
        register(approval_entries)
