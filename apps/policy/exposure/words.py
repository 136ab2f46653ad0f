"""What an exposure means for us, in one sentence; and whom a list binds. Never legal advice, and never a bare hit."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.facts.catalogue import FIELDS
from apps.policy.exposure.binding import Answer
from apps.sanctions.models import EffectClass

SENTENCES: Mapping[str, Any] = {
    "open": _("Nobody has decided yet whether the party is meant; until then nothing follows and nothing is cleared."),
    "not-yet": _("It binds nobody yet; prepare for the day on which it does."),
    "paused": _("It is paused and binds nobody at present; it may return."),
    "ended": _("It binds nobody any more."),
    "status-unknown": _("Whether it is in force is not known."),
    "whose-law": _("Whose law this belongs to is not known."),
    "facts-missing": _("Whether it binds us is not known: %(facts)s is not stated of our organisation."),
    "together": _("Listed owners reach the threshold only together; whether they act together must be looked at."),
    "advisory": _("A warning or a note: it forbids nothing."),
    "blocking": _("We may not deal with the party at all: no contract, no payment, no service."),
    "blocking-not-us": _(
        "This law does not bind us; banks and partners may be bound, and dealings that touch its territory are."
    ),
    "finance": _("Certain financing of the party and trade in its securities only; using its models is not forbidden."),
    "finance-not-us": _("It concerns certain financing only, and this law does not bind us."),
    "sending": _(
        "It restricts what may be sent to the party, by anybody who sends goods or technology under that law. It does "
        "not forbid using weights that the party has published."
    ),
    "procurement": _(
        "Our work for these authorities must do without the party and its models; other work is not concerned."
    ),
    "procurement-not-us": _("It binds these authorities and those who supply them; we are none of them."),
    "debarment": _("Contracts of these authorities may not involve the party; our work for them is concerned."),
    "debarment-not-us": _("It binds contracts of these authorities; we have none."),
    "data": _("Giving the party access to certain sensitive data is restricted or forbidden to us."),
    "data-not-us": _("It restricts access to certain sensitive data by persons under this law; we are none."),
    "import": _("Goods of the party may not enter that country; models and services are not goods."),
    "import-not-us": _("It concerns goods that enter that country; we do no business there."),
    "service": _("The measure restricts this service where we work; weights that we run ourselves may be left alone."),
    "service-not-us": _("It restricts this service in a country in which we do not work."),
}
_BOUND: Mapping[str, Any] = {
    EffectClass.BLOCKING: _("Persons under this law, and whoever deals on its territory"),
    EffectClass.PARTIAL_FINANCE: _("Persons under this law, for certain financing"),
    EffectClass.EXPORT: _("Whoever sends goods or technology under US export law to the party, anywhere"),
    EffectClass.PROCUREMENT: _("Certain authorities and those who supply them"),
    EffectClass.DATA: _("Persons under this law who give access to certain data"),
    EffectClass.DEBARMENT: _("Certain authorities and those who contract with them"),
    EffectClass.IMPORT: _("Importers of goods"),
    EffectClass.ADVISORY: _("Nobody"),
}
_BY_LAW: Mapping[str, Any] = {
    "US": _("US persons, and whoever acts in the US or through it"),
    "OFAC": _("US persons, and whoever acts in the US or through it"),
    "EU": _("Persons and companies of the EU, and whoever acts in it"),
    "UK": _("Persons and companies of the UK, and whoever acts in it"),
    "UN": _("Everybody, through the law of the member states"),
    "DSP": _("US persons who give access to bulk sensitive data"),
}


def sentence(answer: Answer) -> str:
    """What an answer means for us, in the reader's language."""
    text = str(SENTENCES[answer.sentence])
    return text % {"facts": _named(answer)} if answer.needs else text


def _named(answer: Answer) -> str:
    language = "de" if (get_language() or "en").startswith("de") else "en"
    labels = [f"“{FIELDS['org'][name].label_in(language)}”" for name in answer.needs]
    return translated(" and ").join(labels)


def bound_by(effect: str, key: str) -> str:
    """Whom a list or regime binds, in words."""
    if effect in (EffectClass.BLOCKING, EffectClass.DATA):
        law = _BY_LAW.get(key) or (_BY_LAW.get(key.split("-")[0]) if effect == EffectClass.BLOCKING else None)
        if law:
            return str(law)
    return str(_BOUND[effect])
