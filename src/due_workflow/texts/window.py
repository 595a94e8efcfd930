"""Texts."""

WINDOW: dict[str, tuple[str, str]] = {}
