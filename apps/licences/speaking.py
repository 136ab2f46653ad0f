"""The reasons of a judgement in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.licences.judging import Reason
from apps.licences.models import Duty

OUTCOMES: Mapping[str, Any] = {
    "violation": _("Violation"),
    "conflict": _("Conflict"),
    "review": _("To be reviewed"),
    "fine_with_notices": _("Fine with notices"),
    "fine": _("Fine"),
}
TONES = {"violation": "red", "conflict": "orange", "review": "yellow", "fine_with_notices": "blue", "fine": "green"}
ICONS = {"violation": "stop", "conflict": "split", "review": "eye", "fine_with_notices": "bell", "fine": "check"}
HOW: Mapping[str, Any] = {
    "self": _("own licence"),
    "weights": _("comes with the weights"),
    "teacher": _("taught with outputs"),
}
READ: Mapping[str, Any] = {
    "text": _("Read in the licensor's text"),
    "copy": _("Read in a third party's copy"),
    "quote": _("As a third party quotes it"),
    "absent_in_full_text": _("Not in the full text"),
    "not_verified": _("Not verified"),
}
TERMS: Mapping[str, str] = {
    "commercial_use": Duty.Term.COMMERCIAL_USE,
    "threshold": Duty.Term.THRESHOLDS,
    "territory": Duty.Term.TERRITORY,
    "naming": Duty.Term.DERIVATIVE_NAMING,
    "mark": Duty.Term.ATTRIBUTION,
    "notice": Duty.Term.ATTRIBUTION,
    "restriction": Duty.Term.USE_RESTRICTIONS,
    "output_training": Duty.Term.OUTPUT_TRAINING,
    "taught": Duty.Term.OUTPUT_TRAINING,
    "flow_down": Duty.Term.FLOW_DOWN,
    "relicensing": Duty.Term.RELICENSING,
    "redistribution": Duty.Term.RELICENSING,
    "hosting": Duty.Term.HOSTING,
    "patent": Duty.Term.PATENT,
    "termination": Duty.Term.TERMINATION,
    "governing_law": Duty.Term.GOVERNING_LAW,
}
"""Kind of clause -> the duty of the licence that says it in words."""
_REASONS: Mapping[str, Any] = {
    "gap_missing": _("No licence is stated for %(holder)s."),
    "gap_unnamed": _("What %(holder)s declares (%(detail)s) names no licence."),
    "gap_unread": _("Nobody has read the licence of %(holder)s (%(detail)s)."),
    "gap_disputed": _("Sources disagree on the licence of %(holder)s."),
    "gap_unresolved": _("%(holder)s is not in the register; its licence is not known."),
    "permissive_on_restricted": _(
        "The model's own licence is permissive, but %(holder)s is under %(licence)s, which restricts: %(detail)s. "
        "The terms of %(holder)s bind all the same."
    ),
    "terms_dropped": _("The model's own licence drops terms of %(holder)s (%(licence)s): %(detail)s. They bind."),
    "teacher_forbids": _("%(licence)s forbids to train other models with outputs of %(holder)s."),
    "taught_competing": _("%(licence)s forbids to train competing models with outputs of %(holder)s."),
    "taught_unseen": _("Whether outputs of %(holder)s may train other models was seen in no text."),
    "commercial_unverified": _("Whether commercial use is allowed was seen in no text."),
    "commercial_unknown": _("Whether the use is commercial is not known, and commercial use is not free."),
    "commercial_prohibited": _("Commercial use is prohibited."),
    "commercial_needs_authorisation": _("Commercial use needs a permission or registration that is not on file."),
    "non_commercial_only": _("The use is not commercial; commercial use would not be free."),
    "authorised": _("A permission of the licensor is on file."),
    "thresholds_unverified": _("Whether there are thresholds of size was seen in no text."),
    "figure_unknown": _("The profile does not say the figure that the threshold asks for: %(detail)s."),
    "product_figure_unknown": _(
        "The organisation as a whole is above the threshold; the figure of the product that uses the model decides "
        "(%(detail)s) and is not known."
    ),
    "businesses_unknown": _("The profile does not say whether the organisation is in a business with own terms."),
    "threshold_no_rights": _("Above the threshold there are no rights without a separate licence."),
    "threshold_separate_agreement": _("Above the threshold a separate agreement is needed."),
    "threshold_approval": _("Above the threshold the licensor's approval is needed."),
    "threshold_display_mark": _("Above the threshold “%(detail)s” has to be shown."),
    "threshold_notify": _("The licensor has to be told of commercial use."),
    "mark_missing": _("“%(detail)s” has to be shown and the profile says that marks are not."),
    "mark_due": _("Show “%(detail)s”."),
    "mark_unverified": _("Which words have to be shown was seen in no text."),
    "territory_unverified": _("Whether countries are left out was seen in no text."),
    "supported_countries": _("Only countries that the provider supports are served."),
    "countries_unknown": _("The countries of use are not known, and some are left out."),
    "territory_use": _("The licence does not reach: %(detail)s."),
    "territory_keep": _("Countries are left out; none of them is a country of this use."),
    "seat_unknown": _("The principal place of business is not known, and some countries are left out."),
    "modalities_unknown": _("Multimodal models are not licensed in %(detail)s; whether this is one is not known."),
    "territory_seat": _("Nobody with the principal place of business in %(detail)s has rights to this model."),
    "distribution_unknown": _("How models reach others is not in the profile; a duty hangs on it: %(detail)s."),
    "naming_missing": _("Models made with it must begin with “%(detail)s” and the profile says they do not."),
    "naming_due": _("The name of a model made with it must begin with “%(detail)s”."),
    "naming_unverified": _("Whether derivatives need a name was seen in no text."),
    "notice_due": _("Notices go with every copy: %(detail)s."),
    "notice_unverified": _("Which notices go with copies was seen in no text."),
    "flow_down_due": _("Restrictions have to be passed on to recipients."),
    "flow_down_unverified": _("Whether restrictions have to be passed on was seen in no text."),
    "restrictions_unverified": _("Which uses are barred was seen in no text."),
    "purpose_barred": _("The purpose is barred: %(detail)s."),
    "restrictions_keep": _("Keep to the restrictions of use."),
    "outputs_keep": _("Training other models with outputs is limited; the profile says that we do not."),
    "outputs_unknown": _("Whether outputs train other models is not in the profile, and it is limited."),
    "outputs_unverified": _("Whether outputs may train other models was seen in no text."),
    "outputs_trained": _("Outputs train other models, which is limited."),
    "hosting_barred": _("Offering the model to others as a service is not licensed."),
    "redistribution_barred": _("Passing the weights on is not licensed."),
}


_DETAILS: Mapping[str, Any] = {
    **{dimension: Duty.Term(term).label for dimension, term in TERMS.items()},
    "monthly_active_users": _("Monthly active users"),
    "monthly_revenue": _("Monthly revenue (USD)"),
    "annual_revenue": _("Annual revenue (USD)"),
}
"""Details of reasons, one or several, that are words of ours; names, countries and marks stand as they are."""


def in_words(reason: Reason) -> str:
    """A reason as a sentence in the reader's language."""
    bound = reason.bound
    return sentence(reason.code, bound.holder_name, bound.licence_name or bound.declared, reason.detail)


def sentence(code: str, holder: str, licence: str, detail: str) -> str:
    """What a code says of somebody's licence, in the reader's language."""
    parts = detail.split(", ")
    if all(part in _DETAILS for part in parts):
        said = ", ".join(dict.fromkeys(str(_DETAILS[part]) for part in parts))
    else:
        said = detail.replace("_", " ")
    return str(_REASONS[code]) % {"holder": holder, "licence": licence, "detail": said}
