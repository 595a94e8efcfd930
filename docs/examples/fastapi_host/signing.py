"""Standard Webhooks signatures, over the bytes as they came.

The package `standardwebhooks` signs texts only, and an avis may come gzipped or in another encoding than UTF-8.
"""

import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hmac import compare_digest, digest

TOLERANCE = 300  # seconds between the sender's clock and ours, as the specification has it


def signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the delivery's signatures was made of exactly these bytes, with `secret`, now."""
    name, at, signatures = (headers.get(f"webhook-{what}", "") for what in ("id", "timestamp", "signature"))
    if not name or not (at.isdecimal() and len(at) < 16) or abs(time.time() - int(at)) > TOLERANCE:
        return False
    made = b64encode(digest(key_of(secret), f"{name}.{at}.".encode() + body, "sha256")).decode()
    return any(matches(given, f"v1,{made}") for given in signatures.split())


def key_of(secret: str) -> bytes:
    """The key behind ``whsec_…``.

    Raises:
        ValueError: it is none: no base64, or shorter than the 24 bytes of the specification.
    """
    key = b64decode(secret.removeprefix("whsec_"), validate=True)
    if len(key) < 24:
        raise ValueError("a signing secret is whsec_ and base64 of 24 bytes or more")
    return key


def matches(given: str, wanted: str) -> bool:
    """Whether both are equal, in a time that tells nothing of where they differ."""
    return compare_digest(given.encode(), wanted.encode())
