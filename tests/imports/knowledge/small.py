"""A small set of knowledge files, written to a folder of the test's own, to be loaded, changed and loaded again."""

from pathlib import Path

FILES = {
    "sources.yaml": """
- {key: page, label: "Example Maker: page", url: "https://maker.example/page", date: 2026-05-01, quality: primary,
  own: true}
- {key: press, label: "Example Press: report", date: 2026-06-01, quality: secondary}
- {key: rumour, label: "Example Blog: rumour", date: 2026-06-02, quality: weak}
""",
    "parties.yaml": """
- key: maker
  name: Maker
  principal: maker-ltd
  names:
    - {name: Makerlet, kind: brand, s: page}
  domains:
    - {domain: maker.example, s: page}
  lookalikes:
    - {domain: rnaker.example, s: rumour}
  hubs:
    - {name: maker-hub, s: press}
  facts:
    hq_country: {value: "DE", s: press}
    gpai_cop_status: {value: full, s: press}
  entities:
    - key: maker-ltd
      name: Maker Ltd
      facts:
        legal_name: {value: Maker Ltd, s: page}
      stakes:
        - {owner: owner-inc, basis: equity, equity_pct: 12.5, s: press}
        - {owner: fund, basis: votes, s: rumour}
- {key: owner-inc, name: Owner Inc., kind: company}
- {key: fund, name: Fund, kind: other}
""",
    "lists.yaml": """
- key: XX-LIST
  title: Example list
  authority: {en: Example authority, de: Beispielbehörde}
  effect: blocking
  meaning: {en: No dealings., de: Keine Geschäfte.}
  s: press
  listings:
    - {party: owner-inc, status: listed, since: 2026-01-02, s: press}
  not_found:
    - {parties: [maker-ltd], s: press, as_of: 2026-06-03}
""",
    "list_sources.yaml": """
- {key: xx-list, title: Example list, format: generic-csv, url: "https://authority.example/list.csv", lists: [XX-LIST],
  fetch: true}
- {key: xx-upload, title: Example list by hand, format: generic-json, lists: [XX-LIST], oldest_hours: 900}
""",
    "events.yaml": """
- key: example-ban
  authority: Example authority
  jurisdiction: "US-TX"
  effect: device_ban
  effect_class: procurement
  scope: [devices]
  parties: [maker]
  from: 2026-02-03
  status: in_force
  s: press
""",
    "models.yaml": """
- key: base-7b
  name: Base-7B
  developer: maker
  s: press
  ids:
    - {in: huggingface, id: maker-hub/Base-7B, s: press}
  licence: {key: example, s: page}
  facts:
    kind: {value: base, s: press}
    release_date: {value: 2026-03-04, s: page}
  pinned:
    - {revision: "52e20a6f5f475e5c8f6a8ebda4ae5fa6b1ea22ac", s: press}
- key: tuned-7b
  name: Tuned-7B
  developer: owner-inc
  s: press
  licence: {expression: other, s: press}
  parents:
    - {model: base-7b, relation: finetune, s: press}
    - {name: Somebody/Else, relation: merge, s: press}
""",
    "offers.yaml": """
- key: maker-api
  title: {en: Maker API, de: Maker-API}
  operator: maker-ltd
  mode: first_party_api
  endpoint: api.maker.example
  models: [base-7b, "developer:maker"]
  s: page
  facts:
    retention_days: {value: 30, s: page}
    trains_on_inputs: {state: disputed, s: press, conflict: [{value: never, s: page}, {value: by_default, s: press}]}
""",
    "licences/sources.yaml": """
- {key: text, label: "Example licence, text", date: 2026-01-01, quality: primary, own: true}
""",
    "licences/example.yaml": """
- key: example
  name: Example licence
  ref: LicenseRef-example
  category: permissive
  facts:
    commercial_use: {value: allowed, s: text}
""",
}


def write(folder: Path) -> None:
    """Write the files."""
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(content.lstrip(), encoding="utf-8")


def replace(folder: Path, file: str, old: str, new: str) -> None:
    """Change one passage of a file; it must be there."""
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content, f"{file} has no “{old}”"
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")


def without(folder: Path, file: str, *lines: str) -> None:
    """Take whole lines out of a file; each must be there."""
    for line in lines:
        replace(folder, file, line + "\n", "")
