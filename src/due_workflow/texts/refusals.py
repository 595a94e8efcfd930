"""Texts."""

REFUSALS: dict[str, tuple[str, str]] = {}
