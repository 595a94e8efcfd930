"""Texts."""

NOTICES: dict[str, tuple[str, str]] = {}
