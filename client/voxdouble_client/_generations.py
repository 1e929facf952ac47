"""The generation of the vendor's interface, e1 to e4, in which each newer technology appeared."""

FIRST = {
    "gender-identification": "e2",
    "gender-identification-voiceprints": "e2",
    "age-estimation": "e3",
    "age-estimation-voiceprints": "e3",
    "speaker-identification-voiceprint-conversion": "e4",
    "speaker-identification-voiceprint-merging": "e4",
}
OF_ALL_GENERATIONS = frozenset(
    {"speaker-identification-voiceprint-extraction", "speaker-identification-voiceprint-comparison"}
)
NO_VECTORS = "An appliance of a generation before e4 has no vectors, and ignores the request for them."


def hint(url: str) -> str:
    """Return the likely reason of a 404 to the start of a technology at this URL; empty for a URL of another kind."""
    base, _, technology = url.partition("?")[0].rpartition("/api/technology/")
    if not technology or "/" in technology:
        return ""
    if technology in OF_ALL_GENERATIONS:
        reasons = ""
    elif technology in FIRST:
        reasons = f"appliances of a generation before {FIRST[technology]} lack it, or "
    else:
        reasons = "the name is wrong, its version or licence lacks it, or "
    return f"The appliance does not have {technology}: {reasons}{base} is not its base URL."
