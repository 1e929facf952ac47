"""The words and phrases that code, tests and documents avoid, each with plain words to use instead."""

import re
from dataclasses import dataclass

DOCSTRING_STARTS = (
    "Give|Gives|Tell|Tells|Take|Takes|Let|Lets|Say|Says|What|Whatever|Who|Whoever|Where|Wherever|Nobody|Nothing|However"
)
TEST_NAME_STARTS = "what|whatever|who|whoever|nobody|nothing|that|where"

AVOIDED = {
    rf'"""(?:{DOCSTRING_STARTS})\b': "begin a docstring with what it is or does: 'Return ...', 'Raise ...', a noun",
    rf"def test (?:{TEST_NAME_STARTS})\b": "a test's name states a behaviour: subject, verb, object",
    r"\b(?:is|are|was|were) (?-i:none)\b": "name the thing: 'a malformed Host', 'is missing'",
    r"\bthere is none\b|\bthat there is\b": "'is missing', 'does not exist'",
    r"(?<!there\s)\b(?:is|are|was|were) no (?!longer\b|more\b|such\b|later\b|earlier\b)": "'is not a ...'",
    r"\bwhat is\b": "name the thing: 'malformed Hosts', 'the remaining bytes'",
    r"\bwhoever\b|\bwhomever\b": "'a caller that ...', 'a client that ...'",
    r"\b(?:no|any|some|every)body\b": "'no client', 'a caller', 'other users'",
    r"\bmakes? no sense\b": "'is invalid', with what must hold",
    r"\bas always\b": "'the default applies'",
    r"\bto life\b": "'is created', 'creates'",
    r"\bstrikes?\b|\bstruck\b": "a fault 'applies to' a request",
    r"\bwish(?:es|ed)?\b": "'requested', 'wanted'",
    r"\bfor want of\b": "'since there is no ...'",
    r"\bwell or badly\b|\bgood end\b|\bbad end\b": "'done, failed or rejected'; 'exit status 0'",
    r"\bby itself\b": "'by default', 'alone'",
    r"\bin hand\b": "'in progress', 'being received'",
    r"\bthrown? away\b|\bthrows? away\b": "'discard', 'evict', 'delete'",
    r"\bif need be\b": "'if it is missing', 'where necessary'",
    r"\bmend(?:s|ed|ing)?\b": "'fix', 'repair'",
    r"\btaken? for\b|\btakes? for\b|\bpass(?:es|ing)? for\b": "'treated as'",
    r"\bas new\b": "'as it was at the start', 'reset'",
    r"\b(?:a|the|each|every|first|last|next|one|per|few|many|slowest|of|further|another) looks?\b": "'poll'",
    r"\blook (?:a|the) tasks? up\b": "'find a task'",
    r"\bthe one there is\b": "'the only option so far'",
    r"\bout(?:grow|live)s?\b": "'is longer than', 'lasts longer than'",
    r"\bmake(?:s|up)? (?:\w+ )?up a\b|\bmakes? up\b": "'invent', 'generate'",
    r"\bsome(?:thing|one)? else's\b": "'another user's'",
    r"\bhow (?:a|the|its|each|every|it) (?:\w+ )?stands\b": "'state'",
    r"\b(?:is|are|was|were|be|been|being) told\b": "'is reported', 'is given', 'is configured'",
    r"\btaught\b": "'subclassed', 'configured'",
    r"\bin drips\b|\bdripp(?:ing|ed)\b|\bdrips?\b": "'one byte at a time', 'slowly'",
    r"\bnot any more\b|\bnone any more\b": "'no longer'",
    r"\bcome of it\b|\bcomes of it\b|\bcame of\b": "'the result'",
}
"""Regular expressions, blind to case, in which a space matches any white space, to plain words to use instead."""

_SPACE = r"(?:\s+#\s+|\s+)"


def _wider(pattern: str) -> re.Pattern[str]:
    """Return a pattern that finds, in a text in lower case, all that `pattern` finds, and parts of words too.

    The search for letters is many times as fast as that for the beginning of a word, or for letters of any case.
    """
    return re.compile(re.sub(r"(^|\|)\\b", r"\1", pattern).lower())


_PATTERNS = {
    re.compile(spaced, re.IGNORECASE): (_wider(spaced), use)
    for pattern, use in AVOIDED.items()
    for spaced in [pattern.replace(" ", _SPACE)]
}
_NAME = re.compile(r"(?<=def )\w+")


@dataclass(frozen=True, slots=True)
class Finding:
    """An avoided phrase: its line, counted from 1, the text that was found, and what to write instead."""

    line: int
    found: str
    instead: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.found!r}; instead: {self.instead}"


def avoided(text: str) -> list[Finding]:
    """Return the avoided phrases in a text, in order; the names of functions are read as words."""
    text = _NAME.sub(lambda name: name.group().replace("_", " "), text)
    lowered = text.lower()
    return sorted(
        (
            Finding(text.count("\n", 0, match.start()) + 1, " ".join(match.group().split()), use)
            for pattern, (wider, use) in _PATTERNS.items()
            if wider.search(lowered)
            for match in pattern.finditer(text)
        ),
        key=lambda finding: finding.line,
    )
