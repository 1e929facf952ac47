"""The actions of a person or client beside the browser: uploads, and hostile names for their files."""

from urllib.parse import quote

import requests

from tests.http.wire import EXTRACTION, JOHN, NO_AUDIO

BASE_NAMES = [
    "<img src=x onerror=document.title='owned'>.wav",
    "<script>document.title='owned'</script>",
    '"><svg onload=document.title="owned">',
    "'><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "</td></tr></table><h1>owned</h1>",
    "</script><script>alert(1)</script>",
    "</textarea><b>owned</b>",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;#60;",
    "{{7*7}}${7*7}<%=7*7%>",
    "$(touch owned).wav",
    "`touch owned`.wav",
    "; touch owned; .wav",
    "| touch owned",
    "&& touch owned",
    "> owned",
    "'; touch owned; '",
    '"; touch owned; "',
    "'\"'\"'$(touch owned)'\"'\"'",
    "a'b.wav",
    'a"b.wav',
    "a\\b\\\\c.wav".replace("\\", "\u2216"),
    "$HOME ${IFS} $APPLIANCE_TOKEN",
    "!! !$ history",
    "#comment.wav",
    "~root *.wav ?.wav [a-z]",
    "--help",
    "-rf",
    "@recording.wav",
    "a;type=text/html",
    'a";filename="b',
    "%00%0a%0d.wav",
    "line\nbreak\ntouch owned\n",
    "carriage\rreturn",
    "tab\tand\vvertical",
    "bell\x07 escape\x1b[31m red",
    "\x1b[201~touch owned\n",
    "\x03\x04\x1a\x7f",
    "\x80\x85\x9b31m",
    "null byte \x01 almost",
    "right-to-left \u202e fdp.exe",
    "isolate \u2066 \u2069 marks",
    "zero\u200bwidth\u200djoiner\ufeff",
    "line separator \u2028 and \u2029",
    "combining Z\u0341\u0300\u0301\u0302",
    "\U0001f600 emoji \U0001f469\u200d\U0001f52c",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\u4f60\u597d\u3000\u4e16\u754c",
    "'''\"\"\"'''",
    "f\"{__import__('os').system('touch owned')}\"",
    "\\u0022);import os;os.system('touch owned')#",
    "%s %d {} {0.__class__}",
    "None",
    "undefined",
    "null",
    "__proto__",
    "constructor",
    " leading and trailing ",
    "a" * 150,
    "..",
]
HOSTILE_NAMES = list(dict.fromkeys(BASE_NAMES))


def upload(url: str, name: str = "john_doe.wav", data: bytes = JOHN, **query: str) -> requests.Response:
    """Start an extraction of a file whose name may have any characters."""
    boundary = "a" * 20
    encoded = quote(name.encode("utf-8"), safe="")
    head = f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{encoded}\r\n\r\n"
    body = head.encode("ascii") + data + f"\r\n--{boundary}--\r\n".encode("ascii")
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return requests.post(url + EXTRACTION, data=body, params=query, headers=headers, timeout=30)


__all__ = ["HOSTILE_NAMES", "JOHN", "NO_AUDIO", "upload"]
