"""Which repository a file's name speaks of."""

import pytest

from apps.imports.file_names import repository_of


@pytest.mark.parametrize(
    ("name", "repository"),
    [
        ("maker/Model-7B/README.md", "maker/Model-7B"),
        ("maker/Model-7B@abc123/model.safetensors", "maker/Model-7B"),
        ("maker--Model-7B--README.md", "maker/Model-7B"),
        ("models--maker--Model-7B--model-00001-of-00002.safetensors", "maker/Model-7B"),
        ("/some/where/maker--Model-7B--README.md", "maker/Model-7B"),
        ("README.md", ""),
        ("model.safetensors", ""),
        ("maker--README.md", ""),
        ("a/b/c/README.md", ""),
        ("-maker--Model--README.md", ""),
        ("", ""),
    ],
)
def test_a_name_speaks_of_a_repository_or_of_none(name: str, repository: str) -> None:
    assert repository_of(name) == repository
