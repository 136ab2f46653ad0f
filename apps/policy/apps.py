from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "apps.policy"
    label = "policy"

    def ready(self) -> None:
        """Listen to changed facts."""
        from apps.facts.signals import facts_changed
        from apps.policy.marking import mark_uses

        facts_changed.connect(mark_uses, dispatch_uid="policy.mark_uses")
