"""Small documents in the official formats, written for these tests: what users' machines have to go by."""

import copy
from typing import Any

COMMIT = "A09A35458C702B33EEACC393D103063234E8BC28"
SHA = "AB" * 32
CYCLONEDX: dict[str, Any] = {
    "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.7",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {
        "timestamp": "2026-10-01T12:00:00Z",
        "tools": {"components": [{"type": "application", "name": "example-tool", "version": "1"}]},
        "component": {"type": "application", "bom-ref": "app", "name": "Triage"},
    },
    "components": [
        {
            "type": "machine-learning-model",
            "bom-ref": "tuned",
            "name": "Alpha-7B-Instruct",
            "version": COMMIT,
            "purl": f"pkg:huggingface/Alpha/Alpha-7B-Instruct@{COMMIT.lower()}",
            "manufacturer": {"name": "Alpha Labs"},
            "supplier": {"name": "A hub"},
            "description": "Follows instructions.",
            "licenses": [
                {
                    "license": {
                        "name": "Alpha Community License",
                        "url": "https://example.test/licence",
                        "text": {"contentType": "text/plain", "encoding": "base64", "content": "TGljZW5jZQ=="},
                    }
                }
            ],
            "pedigree": {
                "ancestors": [
                    {
                        "type": "machine-learning-model",
                        "name": "Alpha-7B",
                        "externalReferences": [{"type": "model-card", "url": "https://huggingface.co/Alpha/Alpha-7B"}],
                    }
                ],
                "variants": [{"type": "machine-learning-model", "name": "Alpha-7B-Cousin"}],
                "descendants": [{"type": "machine-learning-model", "name": "Alpha-7B-Q4"}],
            },
            "components": [
                {"type": "file", "name": "model.safetensors", "hashes": [{"alg": "SHA-256", "content": SHA}]},
                {"type": "file", "name": "README.md"},
            ],
            "modelCard": {
                "modelParameters": {
                    "task": "text-generation",
                    "datasets": [{"ref": "data"}],
                    "inputs": [{"format": "text"}, {"format": "image/png"}],
                    "outputs": [{"format": "text"}],
                },
                "considerations": {
                    "environmentalConsiderations": {
                        "energyConsumptions": [
                            {
                                "activity": "training",
                                "energyProviders": [
                                    {
                                        "organization": {"name": "Power Ltd"},
                                        "energySource": "wind",
                                        "energyProvided": {"value": 4, "unit": "kWh"},
                                    }
                                ],
                                "activityEnergyCost": {"value": 4, "unit": "kWh"},
                            }
                        ]
                    }
                },
            },
            "properties": [{"name": "vendor:rating", "value": "7"}],
        },
        {"type": "machine-learning-model", "bom-ref": "embedder", "name": "Embedder"},
        {
            "type": "data",
            "bom-ref": "data",
            "name": "letters",
            "description": "Letters.",
            "data": [{"type": "dataset", "name": "letters", "classification": "public"}],
        },
        {"type": "library", "bom-ref": "torch", "name": "pytorch"},
    ],
    "dependencies": [
        {"ref": "app", "dependsOn": ["tuned"]},
        {"ref": "tuned", "dependsOn": ["embedder", "torch", "data"]},
    ],
}
_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_AT = "https://example.test/"


def _element(kind: str, key: str, /, **more: Any) -> dict[str, Any]:
    return {"type": kind, "spdxId": _AT + key, "creationInfo": "_:info", **more}


def _relation(source: str, kind: str, *targets: str) -> dict[str, Any]:
    key = f"{source}-{kind}-{targets[0]}"
    ends = {"from": _AT + source, "to": [_AT + one for one in targets]}
    return _element("Relationship", key, relationshipType=kind, **ends)


SPDX: dict[str, Any] = {
    "@context": _CONTEXT,
    "@graph": [
        {
            "type": "CreationInfo",
            "@id": "_:info",
            "specVersion": "3.0.1",
            "created": "2026-10-01T12:00:00Z",
            "createdBy": [_AT + "author"],
            "createdUsing": [_AT + "tool"],
        },
        _element("Person", "author", name="An author"),
        _element("Tool", "tool", name="example-tool"),
        _element("Organization", "labs", name="Alpha Labs"),
        _element("SpdxDocument", "document", rootElement=[_AT + "tuned"], profileConformance=["core", "ai"]),
        _element(
            "ai_AIPackage",
            "tuned",
            name="Alpha-7B-Instruct",
            software_packageUrl=f"pkg:huggingface/Alpha/Alpha-7B-Instruct@{COMMIT.lower()}",
            software_packageVersion=COMMIT,
            originatedBy=[_AT + "labs"],
            releaseTime="2026-01-02T00:00:00Z",
            ai_domain=["letters"],
            ai_autonomyType="no",
            ai_energyConsumption={
                "type": "ai_EnergyConsumption",
                "ai_trainingEnergyConsumption": [
                    {
                        "type": "ai_EnergyConsumptionDescription",
                        "ai_energyQuantity": 4.5,
                        "ai_energyUnit": "kilowattHour",
                    }
                ],
            },
        ),
        _element("ai_AIPackage", "base", name="Alpha-7B", software_homePage="https://huggingface.co/Alpha/Alpha-7B"),
        _element("ai_AIPackage", "teacher", name="Teacher"),
        _element("dataset_DatasetPackage", "letters", name="letters", dataset_datasetType=["text"]),
        _element(
            "software_File",
            "weights",
            name="model.safetensors",
            verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": SHA.lower()}],
        ),
        _element("simplelicensing_LicenseExpression", "terms", simplelicensing_licenseExpression="Apache-2.0 OR MIT"),
        _relation("tuned", "hasDeclaredLicense", "terms"),
        _relation("base", "hasConcludedLicense", "terms"),
        _relation("base", "ancestorOf", "tuned"),
        _relation("tuned", "contains", "weights"),
        _relation("tuned", "trainedOn", "letters"),
        _relation("teacher", "generates", "letters"),
    ],
}


def cyclonedx(version: str = "1.7") -> dict[str, Any]:
    """A copy of the document, in a version; what only 1.7 has is left out of older ones."""
    document = copy.deepcopy(CYCLONEDX)
    document["specVersion"] = version
    document["$schema"] = f"http://cyclonedx.org/schema/bom-{version}.schema.json"
    if version == "1.5":
        del document["components"][0]["manufacturer"]
    if version != "1.7":
        del document["components"][0]["modelCard"]["considerations"]
    return document


def spdx() -> dict[str, Any]:
    """A copy of the document."""
    return copy.deepcopy(SPDX)
