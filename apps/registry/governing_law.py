"""The country whose law a licence chooses, from the words in which its terms name it."""

_COUNTRIES = {
    "california": "US",
    "delaware": "US",
    "tennessee": "US",
    "washington": "US",
    "us": "US",
    "france": "FR",
    "hong kong sar": "HK",
    "prc": "CN",
    "prc mainland": "CN",
    "republic of korea": "KR",
    "singapore": "SG",
}
"""Law as it stands in the terms of `licences/*.yaml` -> country."""


def country_of_law(law: str) -> str:
    """The country of a law; empty where it is not one country's, such as a law that depends on the licensee."""
    if ";" in law:
        return ""
    words = law.replace(" / ", ", ").replace("People's Republic of China", "PRC").split(", ")
    found = {_COUNTRIES.get(word.strip().casefold(), "") for word in words}
    return found.pop() if len(found) == 1 else ""
