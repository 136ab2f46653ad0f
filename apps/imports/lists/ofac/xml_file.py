"""The lists of OFAC as XML, `sdn.xml` and `consolidated.xml`. Pure.

Source: OFAC, schema `sdnList`: one `sdnEntry` for each entry, with aliases of a strong or weak category.
"""

from collections.abc import Callable, Iterator, Sequence

from apps.core.errors import filled
from apps.imports.lists.making import day_of, kind_of, listed_party, tidy
from apps.imports.lists.ofac.names import NUMBERS, alias_kind, lists_of
from apps.imports.lists.reading import Reading
from apps.imports.lists.unpacking import Delivered
from apps.imports.lists.xml_stream import Node, XmlFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, ListedParty, NameKind

_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
_SHIP = {
    "callSign": "Call sign",
    "vesselType": "Vessel type",
    "tonnage": "Tonnage",
    "grossRegisteredTonnage": "Gross registered tonnage",
    "vesselFlag": "Flag",
    "vesselOwner": "Owner",
}
Lists = Callable[[Sequence[str], str], Sequence[str]]


def read_sdn(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The SDN list."""
    return _read(delivered, reading, lambda _programmes, _remarks: (reading.list_key or "US-SDN",))


def read_consolidated(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The lists that do not block all property."""
    return _read(delivered, reading, lists_of)


def _read(delivered: Delivered, reading: Reading, lists: Lists) -> Iterator[ListedParty]:
    file = XmlFile(delivered.file(".xml"), root="sdnList", entries=frozenset({"sdnEntry"}))
    count = 0
    for count, node in enumerate(file.entries(), start=1):
        yield from reading.each([(f"sdnEntry {count}", node)], lambda one: _entries(one, lists))
    day = day_of(file.head.get("Publish_Date"), month_first=True)
    reading.publish(day)
    stated = file.head.get("Record_Count", "").strip()
    if stated.isdecimal() and len(stated) < 10:
        reading.stated_count = int(stated)
        if int(stated) != count:
            message = filled("The file says that it holds %(stated)d entries, and holds %(count)d.",
                             stated=int(stated), count=count)  # fmt: skip
            reading.note("Record_Count", message)


def _entries(node: Node, lists: Lists) -> Iterator[ListedParty]:
    programmes = node.values("programList", "program")
    numbers = [(one.value("idType"), one.value("idNumber"), one.value("idCountry")) for one in node.all("idList", "id")]
    listed = [one for one in numbers if one[0] in NUMBERS]
    said = [f"{one} {number}".strip() for one, number, _country in numbers if one not in NUMBERS]
    kind = kind_of(node.value("sdnType"))
    for list_key in lists(programmes, "; ".join([*said, node.value("remarks")])):
        yield listed_party(
            list_key=list_key,
            reference=node.value("uid"),
            kind=EntryKind.ORGANISATION if kind is EntryKind.UNKNOWN else kind,
            names=_names(node),
            countries=_countries(node),
            addresses=[
                ", ".join(text for part in _ADDRESS if (text := one.value(part)))
                for one in node.all("addressList", "address")
            ],
            birth_dates=node.values("dateOfBirthList", "dateOfBirthItem", "dateOfBirth"),
            identifiers=[Identifier(kind=one, value=number, country=land) for one, number, land in listed],
            programmes=programmes,
            remarks=_remarks(node, said),
        )


def _names(node: Node) -> Iterator[ListedName]:
    yield ListedName(text=_name(node), kind=NameKind.PRIMARY)
    for aka in node.all("akaList", "aka"):
        weak = aka.value("category").lower() == "weak"
        yield ListedName(text=_name(aka), kind=alias_kind(aka.value("type"), weak=weak))


def _name(node: Node) -> str:
    """`LAST, First` as the CSV files write it."""
    return ", ".join(text for part in ("lastName", "firstName") if (text := node.value(part)))


def _countries(node: Node) -> list[str]:
    found = node.values("addressList", "address", "country") + node.values("nationalityList", "nationality", "country")
    found += node.values("citizenshipList", "citizenship", "country")
    return found + node.values("vesselInfo", "vesselFlag")


def _remarks(node: Node, said: Sequence[str]) -> list[str]:
    title = node.value("title")
    ship = [f"{label}: {value}" for name, label in _SHIP.items() if (value := node.value("vesselInfo", name))]
    places = node.values("placeOfBirthList", "placeOfBirthItem", "placeOfBirth")
    return [
        f"Title: {title}" if title else "",
        *ship,
        *said,
        f"Born at: {' / '.join(map(tidy, places))}" if places else "",
        node.value("remarks"),
    ]
