"""Codes of languages."""

from __future__ import annotations

from ingest.builtin.language.answer import UNDETERMINED

__all__ = ["iso_code"]

# Names that a language goes by elsewhere: codes that were withdrawn, codes of ISO 639-2 and 639-3 for what has one in
# 639-1, codes for a script or a country. `no` means Bokmål wherever Nynorsk has a code of its own.
_ALIASES = {
    "no": "nb", "nob": "nb", "nor": "nb", "nno": "nn", "iw": "he", "heb": "he", "in": "id", "ind": "id", "ji": "yi",
    "jw": "jv", "mo": "ro", "sh": "sr", "hbs": "sr", "fil": "tl", "cmn": "zh", "zho": "zh", "chi": "zh", "zh-cn": "zh",
    "zh-tw": "zh", "zh-hans": "zh", "zh-hant": "zh", "kik": "ki", "mri": "mi", "tsn": "tn", "tso": "ts", "gug": "gn",
    "msa": "ms", "zsm": "ms", "pes": "fa", "arb": "ar", "ekk": "et", "lvs": "lv", "als": "sq", "zxx": UNDETERMINED,
    "un": UNDETERMINED, "unknown": UNDETERMINED, "": UNDETERMINED,
}  # fmt: skip


def iso_code(code: str) -> str:
    """Give ISO 639-1 where it exists, else 639-3, for the code that a backend answers with.

    A language that has a code of its own beside that of its group keeps it: `yue` is not `zh`, `arz` is not `ar`.
    """
    code = code.lower().replace("_", "-")
    return _ALIASES.get(code, code)
