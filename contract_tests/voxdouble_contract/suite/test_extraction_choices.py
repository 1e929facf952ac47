"""Choices about extraction where the vendor's documentation is silent (C11 to C14, C16, C17, C70 and C71)."""

from urllib.parse import urlencode

import pytest

from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.multipart_bodies import ALLOWED, BASE64, SECONDS
from voxdouble_contract.samples.recordings import OTHER_FORMATS, tone
from voxdouble_contract.target.raw import MULTIPART
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.tasks import StartedTask, Tasks
from voxdouble_fixtures import recordings

SPEECH_TOLERANCE = 0.5
"""Seconds by which a detected speech length may differ from that of the synthesiser."""


@statement("C13")
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("first channel", [0]), ("second channel", [1]), ("both channels", [0, 1]), ("both channels reversed", [1, 0])],
)
def test_channels_keep_their_numbers_in_the_requested_order(tasks: Tasks, name: str, wanted: list[int]) -> None:
    """Results come in the requested order, with the channel numbers of the recording."""
    task = tasks.variant(name, "stereo").done()
    expect(task.channel_numbers == wanted, f"The channel numbers must be {wanted}.", task.last)


@statement("C13")
def test_a_channel_that_the_recording_lacks_is_rejected(tasks: Tasks) -> None:
    """A number beyond the recording's channels ends the task rejected."""
    task = tasks.upload("channel out of range").ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)


@statement("C13")
@pytest.mark.parametrize("text", ["0,0", "+0", "-1", "0, 1", "0,", "a", "0.5"])
def test_a_malformed_list_of_channels_is_422(target: Target, text: str) -> None:
    """Spaces, duplicates, signs and words get a 422."""
    expect_status(target.post_media(EXTRACTION, tone(0.2), "?" + urlencode({"channels": text})), 422)


@statement("C14")
@pytest.mark.parametrize("name", ["mix", "mix of one"])
def test_a_mix_is_one_channel(tasks: Tasks, name: str) -> None:
    """Mixed channels give one entry, number 0."""
    task = tasks.variant(name, "stereo").done()
    expect(task.channel_numbers == [0], "There must be one channel, number 0.", task.last)


@statement("C14")
def test_a_mix_is_of_the_chosen_channels(tasks: Tasks) -> None:
    """A mix of one channel has the speech of that channel, and not that of all."""
    one, alone, whole = (tasks.variant(name, "stereo").done() for name in ("mix of one", "second channel", "mix"))
    found, wanted, other = (task.channels[0].get("speech_length") for task in (one, alone, whole))
    if wanted == other:
        unproven("The channel has as much speech as the mix of all.")
    expect(found == wanted, f"`speech_length` must be {wanted}, got {found}.", one.last)


@statement("C11")
@pytest.mark.parametrize("name", ["empty", "no frames", "no frames before chunks", "not audio", "4 kHz"])
def test_an_unusable_file_is_rejected(tasks: Tasks, name: str) -> None:
    """A file that cannot be decoded is accepted, and its task ends rejected with a message."""
    task = tasks.upload(name)
    expect_status(task.start, 202)
    task.ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)
    expect(task.last.get("error", "message"), "The error must have a message.", task.last)


@statement("C12")
@pytest.mark.parametrize(
    "name",
    [
        "piped, size 0",
        "piped, size unknown",
        "piped, lowest placeholder",
        "piped, highest placeholder",
        "piped, decimal placeholder",
        "16 bytes short",
    ],
)
def test_a_piped_file_is_read_to_its_end(tasks: Tasks, name: str) -> None:
    """A WAV file is processed as a whole if its header has a placeholder for the size or claims up to 16 bytes more."""
    task, whole = tasks.variant(name), tasks.upload("speech").done()
    expect(task.state == "done", "The task must be done.", task.last)
    lengths = [one.channels[0].get("speech_length") for one in (task, whole)]
    expect(lengths[0] == lengths[1], f"There must be {lengths[1]} s of speech.", task.last, whole.last)


@statement("C12")
@pytest.mark.parametrize("name", ["truncated", "17 bytes short", "below the placeholders"])
def test_a_cut_file_is_rejected(tasks: Tasks, name: str) -> None:
    """A file shorter than its header says ends rejected."""
    task = tasks.upload(name).ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)


@statement("C71")
@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_other_formats_than_wav_are_decoded(tasks: Tasks, name: str) -> None:
    """FLAC, MP3, Ogg Vorbis and Ogg Opus are decoded, and have the speech that the recording has."""
    task = tasks.variant(name)
    expect(task.state == "done", "The task must be done.", task.last)
    wanted = next(recording.speech for recording in recordings() if recording.file == name)
    found = [channel.get("speech_length") for channel in task.channels]
    is_near = all(isinstance(length, int | float) and abs(length - wanted[0]) < SPEECH_TOLERANCE for length in found)
    expect(len(found) == 1 and is_near, f"There must be {wanted[0]} s of speech, got {found}.", task.last)


@statement("C16")
@pytest.mark.parametrize("text", ["true", "TRUE", "1", "on", "Yes", "t", "Y", "false", "0", "OFF", "no", "f", "N"])
def test_a_boolean_has_many_spellings(target: Target, text: str) -> None:
    """Every spelling of a boolean is accepted with its meaning; for false the vector is absent or null (C15)."""
    task = StartedTask(
        target, EXTRACTION, target.post_media(EXTRACTION, tone(0.2), f"?include_vector_voiceprint={text}")
    )
    expect_status(task.start, 202)
    wanted = text.lower() in {"true", "1", "on", "yes", "t", "y"}
    has_vector = task.ended().channels[0].get("vector_voiceprint") is not None
    expect(has_vector == wanted, f"{text} must mean {str(wanted).lower()}.", task.last)


@statement("C16")
@pytest.mark.parametrize("text", ["", "2", "maybe", "None", "truee"])
def test_any_other_text_for_a_boolean_is_422(target: Target, text: str) -> None:
    """A text that is not a boolean gets a 422."""
    expect_status(target.post_media(EXTRACTION, tone(0.2), f"?include_vector_voiceprint={text}"), 422)


@statement("C16")
def test_the_last_of_a_repeated_parameter_counts(tasks: Tasks) -> None:
    """Of true and false, the later value counts."""
    task = tasks.upload("flag given twice").done()
    expect(task.channels[0].get("vector_voiceprint") is None, "The last value, false, must count.", task.last)


@statement("C17")
def test_unknown_parameters_and_parts_are_ignored(target: Target, tasks: Tasks) -> None:
    """Unknown parameters and parts change nothing, and `file` needs no file name."""
    task = tasks.variant("unknown parameter")
    expect(task.state == "done", "An unknown parameter must be ignored.", task.last)
    media = tone(0.2)
    files = [("colour", (None, b"green")), ("file", (None, media.data))]
    path, sent = target.path(EXTRACTION), "parts colour, file"
    expect_status(target.send("POST", path, sent=sent, audio=media.seconds, files=files), 202)


@statement("C70")
@pytest.mark.parametrize("name", ALLOWED)
def test_every_form_of_a_multipart_body_is_accepted(target: Target, name: str) -> None:
    """A body of a form that few clients send, and that the standards allow, starts a task."""
    data, content_type = ALLOWED[name]
    headers = {"Content-Type": content_type}
    path = target.path(EXTRACTION)
    expect_status(target.send("POST", path, sent=name, audio=SECONDS, data=data, headers=headers), 202)


@statement("C70")
def test_a_file_in_base64_is_422(target: Target) -> None:
    """A transfer encoding that changes the bytes of the file is refused at the part."""
    headers = {"Content-Type": MULTIPART}
    path, sent = target.path(EXTRACTION), "a part in Base64"
    response = target.send("POST", path, sent=sent, audio=SECONDS, data=BASE64, headers=headers)
    expect_status(response, 422)
    found = [detail.get("location") for detail in response.details()]
    expect(["body", "file"] in found, f'A detail\'s location must be ["body", "file"], got {found}.', response)
