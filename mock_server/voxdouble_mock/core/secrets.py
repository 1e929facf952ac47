"""The names and values of headers and query parameters that hold secrets, which no log entry or message may show."""

import re
from functools import lru_cache

_NAMES = re.compile(
    r"auth|cookie|token|secret|passw|passphrase|passcode|pwd|credential|signature|hmac|jwt|session|sessid|csrf|xsrf"
    r"|assertion|bearer|otp$|^(?:x-)?(?:sig|code|pin|sid)$"
    r"|^apikey|(?:api|access|account|private)key|(?:^|(?<!idempotency)-)key$"  # Idempotency-Key is not a secret
)
"""Parts of secret names, in lower case, with hyphens for underscores."""
_VALUES = re.compile(
    r"(?i:^\s*(?:bearer|basic|digest|negotiate|token|apikey|aws4-hmac-sha256)\s+\S)"  # credentials with a scheme
    r"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\."  # a JSON web token
    r"|://[^/?#\s]*@"  # credentials in a URL
)
_PARAMETER = re.compile(r"[?&;#]([^=&;#?]{1,100})=")


MAX_CACHED = 64
"""The most characters of a name whose secrecy is cached: clients send the same few names with every request."""


def is_secret_name(name: str) -> bool:
    """Return whether the value of a header or query parameter with this name is a secret, such as X-Api-Key."""
    return _is_usual_secret_name(name) if len(name) <= MAX_CACHED else _matches(name)


@lru_cache(maxsize=1000)
def _is_usual_secret_name(name: str) -> bool:
    return _matches(name)


def _matches(name: str) -> bool:
    return _NAMES.search(name.lower().replace("_", "-")) is not None


def is_secret(name: str, value: str) -> bool:
    """Return whether a header or query parameter holds a secret: by its name, its value, or a URL in its value."""
    if is_secret_name(name) or _VALUES.search(value) is not None:
        return True
    return "=" in value and any(is_secret_name(one) for one in _PARAMETER.findall(value))
