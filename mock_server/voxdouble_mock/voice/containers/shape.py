"""The limits of sample rate, channel count and length."""

from voxdouble_mock.voice.containers.parts import BrokenContainer

MIN_RATE, MAX_RATE = 8_000, 384_000
MAX_CHANNELS = 255
"""The most channels (C11): as many as Vorbis and Opus can carry."""
FULL_LENGTH_CHANNELS = 8
"""The number of channels that may each have the maximum length (C11). A file with more channels must be shorter, so the
work for one file is bounded.
"""


def check_shape(sample_rate: int, channel_count: int) -> None:
    """Check that the sample rate and the channel count are supported (C11). Raises BrokenContainer."""
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise BrokenContainer(f"The sample rate must be from {MIN_RATE} to {MAX_RATE} Hz, and it is {sample_rate} Hz.")
    if not 1 <= channel_count <= MAX_CHANNELS:
        raise BrokenContainer(f"The file must have from 1 to {MAX_CHANNELS} channels, and it has {channel_count}.")


SAMPLES_PER_SECOND = 128_000
"""The samples of all channels that a file of the maximum length may have in each second (C11): those of 8 channels at
16 kHz. A file with more samples must be shorter, so the work for a small file is bounded too.
"""


def check_length(seconds: float, sample_rate: int, channel_count: int, max_seconds: float) -> None:
    """Check that the audio is at most `max_seconds` long (S59) and has few enough samples. Raises BrokenContainer."""
    if seconds > max_seconds:
        raise BrokenContainer(f"The audio must be at most {max_seconds:g} s long, and it has at least {seconds:.1f} s.")
    if seconds * channel_count > max_seconds * FULL_LENGTH_CHANNELS:
        most = f"All channels together must be at most {max_seconds * FULL_LENGTH_CHANNELS:g} s long"
        raise BrokenContainer(f"{most}, and the file has {channel_count} channels of at least {seconds:.1f} s.")
    if seconds * channel_count * sample_rate > max_seconds * SAMPLES_PER_SECOND:
        most = f"All channels together must have at most {max_seconds * SAMPLES_PER_SECOND:.0f} samples"
        found = f"{channel_count} channels of at least {seconds:.1f} s at {sample_rate} Hz"
        raise BrokenContainer(f"{most}, and the file has {found}.")
