"""Markup: how a page is parsed, for every step that reads it."""
