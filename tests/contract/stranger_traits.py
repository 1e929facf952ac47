"""The properties in which strangers differ from the mock."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Traits:
    """The properties of one stranger."""

    prefix: str = "/gateway/speech"
    generation: int = 4
    whole_location: bool = False
    """Whether `Location` is a URL, with a host of the appliance's internal network, or else a path."""
    conversion: int = 202
    """The status of a conversion: 202, 403 without a licence, or 404 if the technology does not exist."""
    family: int = 202
    """The status of comparison, merging, gender and age, likewise."""
    malformed_id: int = 400
    speech: float = 0.9
    """The share of a recording that is detected as speech; 0 for synthetic voices."""
    max_upload: int = 50_000_000
    seconds: float = 0.0
    """The duration of a task, which is never shown as running."""
    lifetime: float = 30.0
    busy_every: int = 0
    """Every nth request gets a 429 with `Retry-After`; 0 for none."""
    extras: dict[str, Any] = field(default_factory=lambda: {"trace": {"node": 7}})
    latency: float = 0.0
    """Seconds before each response."""
    only_wav: bool = False
    """Whether recordings in every other format are rejected."""
    native: bool = False
    """Whether voiceprints have the format of the vendor's guide, which others read, and results the usual members."""
    version: str = "5.1.0-rc2"
    nulls: bool = True
    """Whether members without a value are null, or else absent."""
    token: str = ""
    """The token that each request must have; empty for none."""
    certificate: Path | None = None
    """The file of key and certificate with which it is served over TLS."""
