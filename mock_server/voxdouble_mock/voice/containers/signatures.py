"""The first bytes of formats that are not supported, so that an error can name the format of the file."""

from dataclasses import dataclass
from functools import cache

from voxdouble_mock.voice.containers.parts import BrokenContainer

SUPPORTED = ("WAV", "FLAC", "Ogg Vorbis", "Ogg Opus", "MP3")
HEAD_SIZE = 4_096
"""The number of bytes at the start of a file that are compared."""


@dataclass(frozen=True)
class Signature:
    """The bytes that identify a format."""

    name: str
    mark: bytes
    offset: int = 0
    second: tuple[int, bytes] = (0, b"")
    """Another offset, and the bytes there."""

    @property
    def weak(self) -> bool:
        """True if files of other formats may start with the same bytes by chance."""
        return len(self.mark) < 3

    def matches(self, head: bytes) -> bool:
        """Return True if a file with these first bytes has the signature."""
        return head.startswith(self.mark, self.offset) and head.startswith(self.second[1], self.second[0])


SIGNATURES = (
    Signature("AIFF", b"FORM", second=(8, b"AIFF")),
    Signature("AIFF-C", b"FORM", second=(8, b"AIFC")),
    Signature("8SVX", b"FORM", second=(8, b"8SVX")),
    Signature("16SV", b"FORM", second=(8, b"16SV")),
    Signature("IFF of another kind", b"FORM"),
    Signature("AU", b".snd"),
    Signature("CAF", b"caff"),
    Signature("W64", b"riff\x2e\x91\xcf\x11"),
    Signature("RF64", b"RF64"),
    Signature("BW64", b"BW64"),
    Signature("AVI video", b"RIFF", second=(8, b"AVI ")),
    Signature("QCP", b"RIFF", second=(8, b"QLCM")),
    Signature("a WebP image", b"RIFF", second=(8, b"WEBP")),
    Signature("RIFF, but not WAV", b"RIFF"),
    Signature("RIFX, but not WAV", b"RIFX"),
    Signature("AMR", b"#!AMR\n"),
    Signature("AMR of several channels", b"#!AMR_MC1.0\n"),
    Signature("AMR-WB", b"#!AMR-WB\n"),
    Signature("AMR-WB of several channels", b"#!AMR-WB_MC1.0\n"),
    Signature("EVRC", b"#!EVRC"),
    Signature("SILK", b"#!SILK"),
    Signature("SILK", b"\x02#!SILK"),
    Signature("M4A", b"ftypM4A", 4),
    Signature("3GP", b"ftyp3g", 4),
    Signature("QuickTime", b"ftypqt", 4),
    Signature("MP4", b"ftyp", 4),
    Signature("QuickTime", b"moov", 4),
    Signature("QuickTime", b"mdat", 4),
    Signature("WebM or Matroska", b"\x1a\x45\xdf\xa3"),
    Signature("WMA", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    Signature("AAC", b"\xff\xf1"),
    Signature("AAC", b"\xff\xf9"),
    Signature("AAC", b"ADIF"),
    Signature("AAC", b"\x56\xe0"),
    Signature("AC-3", b"\x0b\x77"),
    Signature("DTS", b"\x7f\xfe\x80\x01"),
    Signature("WavPack", b"wvpk"),
    Signature("Monkey's Audio", b"MAC "),
    Signature("Musepack", b"MPCK"),
    Signature("Musepack", b"MP+"),
    Signature("TTA", b"TTA1"),
    Signature("OptimFROG", b"OFR "),
    Signature("DSF", b"DSD "),
    Signature("DSDIFF", b"FRM8"),
    Signature("NIST SPHERE", b"NIST_1A"),
    Signature("VOC", b"Creative Voice File\x1a"),
    Signature("IRCAM", b"\x64\xa3"),
    Signature("PVF", b"PVF1"),
    Signature("PAF", b" paf"),
    Signature("PAF", b"fap "),
    Signature("RealAudio", b".ra\xfd"),
    Signature("RealMedia", b".RMF"),
    Signature("MIDI", b"MThd"),
    Signature("Flash video", b"FLV\x01"),
    Signature("MPEG video", b"\x00\x00\x01\xba"),
    Signature("MPEG video", b"\x00\x00\x01\xb3"),
    Signature("MPEG transport stream", b"\x47", second=(188, b"\x47")),
    Signature("a MATLAB file", b"MATLAB 5.0"),
    Signature("a NumPy array", b"\x93NUMPY"),
    Signature("a PDF document", b"%PDF"),
    Signature("a ZIP archive", b"PK\x03\x04"),
    Signature("a gzip archive", b"\x1f\x8b"),
    Signature("a bzip2 archive", b"BZh"),
    Signature("an xz archive", b"\xfd7zXZ"),
    Signature("a 7z archive", b"7z\xbc\xaf\x27\x1c"),
    Signature("a RAR archive", b"Rar!"),
    Signature("a PNG image", b"\x89PNG"),
    Signature("a JPEG image", b"\xff\xd8\xff"),
    Signature("a GIF image", b"GIF8"),
    Signature("an ELF program", b"\x7fELF"),
    Signature("a Windows program", b"MZ"),
)
OGG_CODECS = {
    b"Speex   ": "Ogg Speex",
    b"\x7fFLAC": "Ogg FLAC",
    b"fLaC": "Ogg FLAC",
    b"\x80theora": "Ogg Theora video",
    b"fishead\0": "Ogg Skeleton",
    b"CELT    ": "Ogg CELT",
    b"PCM     ": "Ogg PCM",
    b"BBCD": "Ogg Dirac video",
    b"OVP80": "Ogg VP8 video",
    b"\x8bVP8": "Ogg VP8 video",
}
BYTE_ORDER_MARKS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\xef\xbb\xbf": "UTF-8",
}


def unsupported(name: str) -> BrokenContainer:
    """Return the error for a file of that format."""
    return BrokenContainer(f"The file is {name}. Supported formats: {', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}.")


def name_by_signature(head: bytes) -> str | None:
    """Return the name of the format with a signature of at least three bytes, None for other bytes."""
    return next((one.name for one in _candidates(head[:1]) if not one.weak and one.matches(head)), None)


@cache
def _candidates(first: bytes) -> tuple[Signature, ...]:
    """Return the signatures that a file with that first byte can have."""
    return tuple(one for one in SIGNATURES if one.offset or one.mark.startswith(first))


def ogg_name(packet: bytes) -> str:
    """Return the name of the Ogg format that begins with this packet."""
    known = next((name for mark, name in OGG_CODECS.items() if packet.startswith(mark)), None)
    return known or f"Ogg with an unknown codec (its first bytes are {packet[:8].hex(' ')})"


def name_without_signature(head: bytes) -> str:
    """Return a name for bytes without a long signature: text, a format with a short signature, or unknown."""
    if not head.strip(b"\0"):
        return "only zero bytes"
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return f"{encoding} text"
    text = head.decode("utf-8", "replace").rstrip("\N{REPLACEMENT CHARACTER}")  # the last character may be incomplete
    if text and all(
        letter.isprintable() or letter in "\r\n\t\f" for letter in text.replace("\N{REPLACEMENT CHARACTER}", "\0")
    ):
        return "text"
    weak = next((one.name for one in SIGNATURES if one.weak and one.matches(head)), None)
    return weak or f"of an unknown format (its first bytes are {head[:8].hex(' ')})"
