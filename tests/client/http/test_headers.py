"""The caller's headers: sent with every request to the appliance, and refused where they are malformed."""

import re
from typing import Any

import pytest

from tests.client.hostile import DONE, GOOD, TASK_PATH, HostileServer, accepted, responding, response, serving
from voxdouble_client import ApplianceClient, ContractError, TransportError
from voxdouble_client._http.headers import OWN_NAMES


def test_the_callers_headers_are_sent_with_every_request() -> None:
    """`headers` go with the start and with each poll."""
    with serving(GOOD, headers={"X-Api-Key": "k3y", "User-Agent": "batch/1"}) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert [request.headers["x-api-key"] for request in server.received] == ["k3y"] * 2
    assert {request.headers["user-agent"] for request in server.received} == {"batch/1"}


def test_a_name_may_have_all_signs_that_http_allows() -> None:
    """A name with an underscore is sent; the error for another name lists the signs that are allowed."""
    with serving(GOOD, headers={"X_Api.Key": "k3y"}) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert server.received[0].headers["x_api.key"] == "k3y"
    with pytest.raises(ValueError, match=re.escape("letters, digits and !#$%&'*+-.^_`|~, got 'X(Key)'.")):
        ApplianceClient("http://appliance", headers={"X(Key)": "k3y"})


def test_the_callers_headers_go_to_the_configured_origin_only() -> None:
    """A task URL of another origin gets no request, and a redirect is not followed, so no header leaves; P11."""
    with HostileServer(GOOD) as other:
        foreign = responding(response(200, DONE), accepted(f"{other.url}{TASK_PATH}"))
        moved = responding(b"", response(302, b"", location=other.url))
        with serving(foreign, headers={"X-Api-Key": "k3y"}) as (_, appliance), pytest.raises(ContractError):
            appliance.extract_voiceprint(b"audio")
        with serving(moved, headers={"X-Api-Key": "k3y"}) as (_, appliance), pytest.raises(ContractError):
            appliance.extract_voiceprint(b"audio")
    assert other.received == []


def test_the_callers_headers_are_not_sent_to_a_proxy_that_makes_a_tunnel() -> None:
    """The request for a tunnel, which the proxy can read, has neither token nor headers; P11."""
    with HostileServer(responding(b"", response(403))) as proxy:
        client = ApplianceClient("https://appliance", proxy=proxy.url, token="t0ken", headers={"X-Api-Key": "k3y"})
        with client as appliance, pytest.raises(TransportError):
            appliance.extract_voiceprint(b"audio")
    [connect] = proxy.received
    assert connect.method == "CONNECT"
    assert not {"k3y", "Bearer t0ken"} & set(connect.headers.values())


BAD_HEADERS: dict[str, Any] = {
    "an empty name": {"": "a"},
    "a name with a space": {"X Y": "a"},
    "a name that is not a text": {1: "a"},
    "a value with a line break": {"X": "a\r\nY: b"},
    "a value with spaces around": {"X": " a"},
    "an empty value": {"X": ""},
    "a value outside ASCII": {"X": "ä"},
    "a value that is not a text": {"X": 1},
    "one name in two spellings": {"X-a": "1", "x-A": "2"},
    "two user agents": {"user-agent": "a", "User-Agent": "b"},
    "two user agents, in another order": {"User-Agent": "a", "user-agent": "b"},
}


@pytest.mark.parametrize("headers", BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_malformed_headers_are_refused(headers: dict[str, str]) -> None:
    """Headers that would be refused or would split the request are a ValueError of the constructor."""
    with pytest.raises(ValueError, match="`headers` must have"):
        ApplianceClient("http://appliance", headers=headers)


def test_the_error_for_an_empty_value_demands_a_character() -> None:
    """The error for an empty value says that there must be a character."""
    with pytest.raises(ValueError, match=r"at least one character.* that of 'X' is not one"):
        ApplianceClient("http://appliance", headers={"X": ""})


def test_a_name_in_two_spellings_is_named_in_both() -> None:
    """The error for a header that is given twice has both spellings."""
    with pytest.raises(ValueError, match="each header once, got 'User-Agent' beside 'user-agent'"):
        ApplianceClient("http://appliance", headers={"user-agent": "a", "User-Agent": "b"})


@pytest.mark.parametrize("name", sorted(OWN_NAMES))
def test_headers_of_the_client_are_refused(name: str) -> None:
    """Headers that the client sets itself cannot be replaced, so that framing and content type stay right."""
    with pytest.raises(ValueError, match="which belongs to the connection or is the client's own"):
        ApplianceClient("http://appliance", headers={name.title(): "a"})


def test_two_authorizations_are_refused() -> None:
    """A token and a header `Authorization` contradict each other; without a token the header is sent."""
    with pytest.raises(ValueError, match="each header once, got 'authorization' beside `token`"):
        ApplianceClient("http://appliance", token="t", headers={"authorization": "Basic YTpi"})
    with serving(GOOD, headers={"authorization": "Basic YTpi"}) as (server, appliance):
        appliance.extract_voiceprint(b"audio")
    assert server.received[0].headers["authorization"] == "Basic YTpi"


def test_no_message_has_the_value_of_a_header() -> None:
    """A header may be secret, so a refusal names it without its value."""
    with pytest.raises(ValueError, match="and that of 'X-Api-Key' is not one") as caught:
        ApplianceClient("http://appliance", headers={"X-Api-Key": "k3y\n"})
    assert "k3y" not in str(caught.value)
