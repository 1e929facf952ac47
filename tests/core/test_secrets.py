"""The names and values that count as secrets."""

import pytest

from voxdouble_mock.core.secrets import is_secret

NAMES = (
    "Authorization", "Proxy-Authorization", "Cookie", "Cookie2", "X-Api-Key", "Api-Key", "apikey", "X-API-TOKEN",
    "X-Auth-Token", "X-Access-Token", "X-Amz-Security-Token", "X-Amz-Signature", "Ocp-Apim-Subscription-Key",
    "X-Goog-Api-Key", "X-Functions-Key", "Private-Token", "X-Vault-Token", "X-CSRF-Token", "X-XSRF-TOKEN",
    "Cf-Access-Jwt-Assertion", "X-Session-Id", "access_token", "client_secret", "password", "X-Password", "passwd",
    "X-Master-Key", "X-License-Key", "X-HMAC", "PHPSESSID", "passcode", "Private-Key", "accountKey", "subscription-key",
    "sig", "key", "code", "X-Forwarded-Access-Token", "X-Hub-Signature-256", "credential",
)  # fmt: skip
VALUES = (
    "Bearer abc", "bearer abc", " Basic YTpi", "Token abc", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "http://a.example/?x=1&access_token=abc", "https://me:word@a.example/", "/login#id_token=abc",
)  # fmt: skip
PLAIN = (
    ("user-agent", "python-requests/2.32"), ("host", "localhost:8000"), ("content-type", "form/x; boundary=a"),
    ("idempotency-key", "0123-4567"),
    ("x-correlation-id", "0123-4567"), ("accept", "*/*"), ("traceparent", "00-4bf92f3577b34da6-00f067aa-01"),
    ("channels", "0,1"), ("channel_mode", "mix"), ("include_vector_voiceprint", "true"), ("x-keyboard", "a"),
    ("referer", "http://localhost:8000/_mock/?path=a"), ("content-length", "12"), ("range_from", "1.5"),
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_values_under_secret_names_are_secrets(name: str) -> None:
    """A header or parameter with a common name for secrets holds one, in any case."""
    assert is_secret(name, "1")
    assert is_secret(name.upper(), "1")


@pytest.mark.parametrize("value", VALUES)
def test_credentials_are_secrets_under_any_name(value: str) -> None:
    """Credentials with a scheme, JSON web tokens, and URLs with credentials are secrets."""
    assert is_secret("x-note", value)


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_usual_headers_and_parameters_are_logged(name: str, value: str) -> None:
    """The headers of usual clients and the parameters of the vendor are kept."""
    assert not is_secret(name, value)
