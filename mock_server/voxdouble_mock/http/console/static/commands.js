// A logged request as commands that send it again: curl for a POSIX shell, and Python with the client.
// Text of the request is always quoted: it came from outside, and people paste these commands.

import { BASE, needsToken } from "./http.js";

const FILE = "recording.wav";
const JSON_FILE = "body.json";
const OWN_HEADERS = new Set(["host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type",
  "transfer-encoding", "expect", "te", "upgrade", "origin", "referer", "cache-control", "pragma"]);
const BROWSER_HEADER = /^(sec-|accept-|dnt$|priority$)/;

/** Return a text as one word of a POSIX shell. Control characters other than line feed are written in octal. */
export function shellWord(text) {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  const parts = text.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+|[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g) ?? [""];
  return parts.map((part) => /^[\u0000-\u001f\u007f-\u009f]/.test(part)
    ? `"$(printf '${[...new TextEncoder().encode(part)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}')"`
    : `'${part.replaceAll("'", "'\\''")}'`).join("");
}

/** Return a text as a literal of Python, in ASCII. */
export function pythonText(text) {
  const escaped = [...text].map((sign) => {
    const code = sign.codePointAt(0);
    if (sign === '"' || sign === "\\") return `\\${sign}`;
    if (code >= 0x20 && code < 0x7f) return sign;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

/** Return the URL that a logged request was sent to, as this browser reaches it. */
function urlOf(entry) {
  const url = BASE.href.replace(/\/$/, "") + entry.path.split("/").map(encodeURIComponent).join("/");
  const query = Object.entries(entry.query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return query.length ? `${url}?${query.join("&")}` : url;
}

function takesRecording(entry) {
  return (entry.headers["content-type"] ?? "").startsWith("multipart/form-data");
}

/** Return the request as a curl command; a file is a placeholder with the name that the request had. */
export function curl(entry) {
  const words = ["curl"];
  if (!["GET", "POST"].includes(entry.method) || (entry.method === "POST" && entry.size === null && !takesRecording(entry))) words.push("-X", shellWord(entry.method));
  words.push(shellWord(urlOf(entry)));
  if (needsToken) words.push("-H", '"Authorization: Bearer $APPLIANCE_TOKEN"');
  for (const [name, value] of Object.entries(entry.headers)) {
    if (!OWN_HEADERS.has(name) && !BROWSER_HEADER.test(name)) words.push("-H", shellWord(`${name}: ${value}`));
  }
  if (entry.method === "POST" && takesRecording(entry)) {
    const name = entry.file_name ?? FILE;
    words.push("-F", shellWord(name === FILE ? `file=@${FILE}` : `file=@${FILE};filename="${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`));
  } else if (entry.method === "POST" && entry.size !== null) {
    words.push("-H", shellWord(`Content-Type: ${entry.headers["content-type"] ?? "application/json"}`), "--data-binary", `@${JSON_FILE}`);
  }
  return words.join(" ");
}

const METHODS = {
  "speaker-identification-voiceprint-extraction": ["extract_voiceprint", []],
  "gender-identification": ["identify_gender", []],
  "age-estimation": ["estimate_age", []],
  "speaker-identification-voiceprint-conversion": ["convert_voiceprints", ["voiceprints"]],
  "speaker-identification-voiceprint-merging": ["merge_voiceprints", ["voiceprints"]],
  "speaker-identification-voiceprint-comparison": ["compare_voiceprints", ["voiceprints_a", "voiceprints_b"]],
  "gender-identification-voiceprints": ["identify_gender_of_voiceprints", ["voiceprints"]],
  "age-estimation-voiceprints": ["estimate_age_of_voiceprints", ["voiceprints"]],
};
const ARGUMENTS = {
  include_vector_voiceprint: (text) => (/^(true|1|on|yes|t|y)$/i.test(text) ? "True" : "False"),
  channel_mode: pythonText,
  channels: (text) => (/^\d+(,\d+)*$/.test(text) ? `[${text.split(",").map(Number).join(", ")}]` : "[]"),
  range_from: number,
  range_to: number,
  max_speech_length: number,
};

function number(text) {
  return /^\d+(\.\d+)?$/.test(text) ? String(Number(text)) : pythonText(text);
}

/** Return the request as a Python program with the client. */
export function python(entry) {
  const imports = [...(needsToken ? ["import os"] : []), ...(takesRecording(entry) || !entry.size ? [] : ["import json"])];
  const token = needsToken ? ', token=os.environ["APPLIANCE_TOKEN"]' : "";
  const base = pythonText(BASE.href.replace(/\/$/, ""));
  const known = METHODS[entry.technology];
  if (!known || (entry.method !== "POST" && entry.method !== "GET")) return withRequests(entry);
  const head = [...imports, ...(imports.length ? [""] : []), "from voxdouble_client import ApplianceClient", ""];
  const open = `with ApplianceClient(${base}${token}) as appliance:`;
  if (entry.method === "GET") {
    const url = pythonText(urlOf({ ...entry, query: {} }));
    return [...head.filter((line) => line !== "import json"), open, `    print(appliance.task(${url}).state())`, ""].join("\n");
  }
  const [method, lists] = known;
  if (lists.length) {
    const given = lists.map((name) => `body[${pythonText(name)}]`).join(", ");
    return [...head, `with open("${JSON_FILE}", encoding="utf-8") as file:`, "    body = json.load(file)", open, `    print(appliance.${method}(${given}))`, ""].join("\n");
  }
  const given = Object.entries(entry.query).filter(([name]) => name in ARGUMENTS).map(([name, text]) => `, ${name}=${ARGUMENTS[name](text)}`);
  const others = Object.keys(entry.query).filter((name) => !(name in ARGUMENTS)).map((name) => `# The query parameter ${pythonText(name)} is unknown to the client.`);
  const name = entry.file_name && entry.file_name !== FILE ? [`# The file of this request was named ${pythonText(entry.file_name)}.`] : [];
  return [...head, ...name, ...others, open, `    print(appliance.${method}("${FILE}"${given.join("")}))`, ""].join("\n");
}

/** Return a request outside the technologies as a program with requests. */
function withRequests(entry) {
  const token = needsToken ? ', headers={"Authorization": "Bearer " + os.environ["APPLIANCE_TOKEN"]}' : "";
  return [...(needsToken ? ["import os", ""] : []), "import requests", "",
    `response = requests.request(${pythonText(entry.method)}, ${pythonText(urlOf(entry))}${token}, timeout=30)`,
    "print(response.status_code, response.text)", ""].join("\n");
}
