"""A media file to upload."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Media:
    """A file's name and content."""

    name: str
    data: bytes = field(repr=False)
    seconds: float = 0.0
    """Seconds of audio, summed over all channels: how much an appliance may have to process."""
