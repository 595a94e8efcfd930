"""What the demo tells."""

from __future__ import annotations

DEMO: dict[str, tuple[str, str]] = {}
