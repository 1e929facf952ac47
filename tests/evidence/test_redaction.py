"""Exchanges in a record: no secret, no host name and no voice data is left."""

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from voxdouble.evidence.redaction import MAX_BODY, Redaction
from voxdouble_contract.exchange import Exchange

URL = "https://voices.corp.example:8443/speech"
TOKEN = "tok/en+1"
VOICEPRINT = "QUJD" * 200


def redacted(body: object, url: str = URL + "/api/x", **headers: str) -> dict[str, Any]:
    """Return an exchange as a record keeps it; bytes are sent as they are, everything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = Exchange("POST", url, {"voiceprints": [VOICEPRINT]}, 200, CaseInsensitiveDict(headers), data)
    return Redaction(URL, TOKEN).redacted(exchange)


@pytest.mark.parametrize(
    "body",
    [
        {"message": f"Bearer {TOKEN} is not known"},
        {"message": "tok%2Fen%2B1"},
        {TOKEN: 1},
        {"detail": [{"context": {"got": [TOKEN]}}]},
        TOKEN.encode(),
        {"result": {TOKEN: {"model": TOKEN}}},
    ],
)
def test_a_token_is_never_kept(body: object) -> None:
    """A token that the appliance repeats is removed from texts and names, in every spelling that a URL has."""
    text = json.dumps(redacted(body, f"{URL}/api?token={TOKEN}", location=f"{URL}/?{TOKEN}", **{"X-Got": TOKEN}))
    assert TOKEN not in text
    assert "tok%2Fen%2B1" not in text


def test_cookies_and_unknown_headers_lose_their_values() -> None:
    """Headers on which no statement rests are kept by name alone."""
    shown = redacted({}, **{"Set-Cookie": "session=1", "Authorization": "Basic eA==", "Content-Type": "text/plain"})
    assert shown["headers"] == {
        "set-cookie": "<removed>",
        "authorization": "<removed>",
        "content-type": "text/plain",
    }


def test_host_names_are_removed() -> None:
    """The appliance's own URL and host, hosts in other URLs, and private addresses are removed; paths stay."""
    shown = redacted(
        {"message": "voices.corp.example:8443, http://node7.internal/x and 10.0.3.17 but 5.1.0"},
        location=f"{URL}/api/x/1",
    )
    assert shown["request"] == "POST <url>/api/x"
    assert shown["headers"]["location"] == "<url>/api/x/1"
    assert shown["body"]["message"] == "<host>, <host>/x and <host> but 5.1.0"


@pytest.mark.parametrize("host", ["model", "status", "body", "location", "technology", "task", "post", "type"])
def test_words_of_the_contract_stay(host: str) -> None:
    """A host that is called as a member, a header or a part of a path leaves the exchange as it is."""
    body = {"task": {"state": "done"}, "result": {"model": "xl5", "text": "?"}, "type": "task.validation-error"}
    headers = CaseInsensitiveDict({"Location": "/api/technology/x"})
    url = "/api/technology/age-estimation"
    shown = [
        Redaction(base, "").redacted(Exchange("POST", base + url, {"body": 1}, 200, headers, json.dumps(body).encode()))
        for base in (f"http://{host}:8000", "http://10.9.8.7")
    ]
    for one in shown:
        del one["number"], one["at"]
    assert shown[0] == shown[1]
    assert shown[0]["request"] == f"POST <url>{url}"
    assert shown[0]["headers"] == {"location": "/api/technology/x"}


def test_voice_data_is_kept_as_length_and_digest() -> None:
    """Voiceprints, vectors, scores, genders and ages are removed from a result; its shape, lengths and models stay."""
    channel = {"channel_number": 0, "voiceprint": VOICEPRINT, "vector_voiceprint": [0.25] * 128, "model": "xl5"}
    scores = {"columns_count": 1, "rows_count": 1, "values": [12.3456]}
    shown = redacted({"task": {"state": "done"}, "result": {"channels": [channel], "scores": scores, "age": 41.5}})
    text = json.dumps(shown)
    assert VOICEPRINT not in text
    assert not any(number in text for number in ("0.25", "12.3456", "41.5"))
    assert shown["body"]["result"]["channels"][0]["vector_voiceprint"]["length"] == 128
    assert shown["body"]["result"]["channels"][0]["model"] == "xl5"


@pytest.mark.parametrize("body", [b"[" * 200_000, {"result": [["x"]] * 20_000}, b"\xff" * 1000])
def test_a_large_deep_or_binary_body_is_kept_as_length_and_digest(body: object) -> None:
    """No body of an appliance makes a record large or ends the run."""
    shown = redacted(body)["body"]
    assert len(json.dumps(shown)) < MAX_BODY
    assert "sha256" in shown
