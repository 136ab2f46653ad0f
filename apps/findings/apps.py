from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "apps.findings"
    label = "findings"

    def ready(self) -> None:
        """Keep findings in step with verdicts, and tell policy what is waived."""
        from apps.findings.keeping import close_findings, keep_findings
        from apps.findings.selectors import waiver_entries
        from apps.policy.sheets.contributions import register
        from apps.policy.signals import uses_ended, uses_judged

        uses_judged.connect(keep_findings, dispatch_uid="findings.keep_findings")
        uses_ended.connect(close_findings, dispatch_uid="findings.close_findings")
        register(waiver_entries)
