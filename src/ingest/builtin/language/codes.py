"""Codes of languages."""

from __future__ import annotations

from ingest.builtin.language.answer import UNDETERMINED

__all__ = ["iso_code"]

# Names that a language goes by elsewhere: codes that were withdrawn, codes for a script or a country, and those of members
# for what is written alike. `no` means Bokmål wherever Nynorsk has a code of its own.
_ALIASES = {
    "no": "nb", "nor": "nb", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr", "hbs": "sr", "fil": "tl",
    "cmn": "zh", "zh-cn": "zh", "zh-tw": "zh", "zh-hans": "zh", "zh-hant": "zh", "gug": "gn", "zsm": "ms", "pes": "fa",
    "arb": "ar", "ekk": "et", "lvs": "lv", "als": "sq", "zxx": UNDETERMINED, "un": UNDETERMINED, "unknown": UNDETERMINED,
    "": UNDETERMINED,
}  # fmt: skip

# ISO 639-1, and behind each what ISO 639-2 and 639-3 call the same language.
_TWO_LETTERS = """
aa aar, ab abk, af afr, ak aka, am amh, an arg, ar ara, as asm, av ava, ay aym, az aze, ba bak, be bel, bg bul, bi bis,
bm bam, bn ben, bo bod tib, br bre, bs bos, ca cat, ce che, co cos, cs ces cze, cv chv, cy cym wel, da dan, de deu ger,
dv div, dz dzo, ee ewe, el ell gre, en eng, eo epo, es spa, et est, eu eus baq, fa fas per, ff ful, fi fin, fj fij,
fo fao, fr fra fre, fy fry, ga gle, gd gla, gl glg, gn grn, gu guj, gv glv, ha hau, he heb, hi hin, hr hrv, ht hat,
hu hun, hy hye arm, ia ina, id ind, ig ibo, ii iii, io ido, is isl ice, it ita, iu iku, ja jpn, jv jav, ka kat geo,
kg kon, ki kik, kk kaz, kl kal, km khm, kn kan, ko kor, ks kas, ku kur, kv kom, kw cor, ky kir, la lat, lb ltz, lg lug,
li lim, ln lin, lo lao, lt lit, lv lav, mg mlg, mi mri mao, mk mkd mac, ml mal, mn mon, mr mar, ms msa may, mt mlt,
my mya bur, nb nob, nd nde, ne nep, nl nld dut, nn nno, nr nbl, nv nav, ny nya, oc oci, om orm, or ori, os oss, pa pan,
pl pol, ps pus, pt por, qu que, rm roh, rn run, ro ron rum, ru rus, rw kin, sa san, sc srd, sd snd, se sme, sg sag,
si sin, sk slk slo, sl slv, sm smo, sn sna, so som, sq sqi alb, sr srp, ss ssw, st sot, su sun, sv swe, sw swa, ta tam,
te tel, tg tgk, th tha, ti tir, tk tuk, tl tgl, tn tsn, to ton, tr tur, ts tso, tt tat, ty tah, ug uig, uk ukr, ur urd,
uz uzb, ve ven, vi vie, vo vol, wa wln, wo wol, xh xho, yi yid, yo yor, za zha, zh zho chi, zu zul
"""
_ALIASES |= {longer: shortest for shortest, *others in map(str.split, _TWO_LETTERS.split(",")) for longer in others}


def iso_code(code: str) -> str:
    """Give ISO 639-1 where it exists, else 639-3, for the code that a backend answers with.

    A language that has a code of its own beside that of its group keeps it: `yue` is not `zh`, `arz` is not `ar`.
    """
    code = code.lower().replace("_", "-")
    return _ALIASES.get(code, code)
