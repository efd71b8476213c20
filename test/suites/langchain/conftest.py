"""The tests' images and documents come from this folder instead of the internet."""

import base64
import types

import httpx
import pytest

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


@pytest.fixture(autouse=True)
def files_without_internet(monkeypatch):
    def get(url, **_):
        if url.endswith(".png"):
            return types.SimpleNamespace(content=PNG)
        if url.endswith(".pdf"):
            return types.SimpleNamespace(content=PDF)
        raise ValueError(f"no file stands for {url}")

    monkeypatch.setattr(httpx, "get", get)
