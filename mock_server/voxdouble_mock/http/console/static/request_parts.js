// The parts of a request that several pages show: its outcome, the rule and fault behind it, and commands to send it again.

import { curl, python } from "./commands.js";
import { copyButton, h } from "./dom.js";
import { bytes } from "./format.js";

/** Return rows of a list of facts; absent values are left out. */
export function facts(rows) {
  return h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
    [h("dt", {}, name), h("dd", {}, value instanceof Node ? value : h("bdi", { class: "name" }, String(value)))]));
}

/** Return a text from outside, isolated from the text around it; characters that would hide or turn it are shown by number. */
export function outside(text) {
  const shown = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);
  return h("bdi", { class: "name", title: shown.length > 60 ? shown : null }, shown || "(no name)");
}

const LOST = { reset: "connection reset", close: "connection closed" };

/** Return what a client saw instead of a response, or null if it got one. */
export function lostResponse(entry) {
  return LOST[entry.fault] ?? null;
}

/** Return the facts about what was sent. */
export function sentFacts(entry) {
  const query = Object.entries(entry.query);
  return facts([
    ["File name", entry.file_name === null ? null : outside(entry.file_name)],
    ["Size", entry.size === null ? null : bytes(entry.size)],
    ["SHA-256", entry.sha256 && h("code", {}, `${entry.sha256.slice(0, 16)}…`)],
    ["Query", query.length ? h("span", {}, query.map(([name, value], index) => [index ? ", " : "", outside(name), " = ", outside(value)]).flat()) : null],
  ]);
}

/** Return the facts about the rule and the fault that decided, and warnings. */
export function decidedFacts(entry) {
  const settings = Object.entries(entry.fault_settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  const lines = (texts) => h("div", {}, texts.map((text) => h("div", {}, outside(text))));
  return facts([
    ["Rule", entry.rule && h("span", { class: "tag rule" }, outside(entry.rule))],
    ["Rules before it", entry.misses.length ? lines(entry.misses) : null],
    ["Fault", entry.fault && h("span", {}, h("span", { class: "tag fault" }, entry.fault), settings.length ? [" ", outside(settings.join(", "))] : null)],
    ["Warnings", entry.warnings.length ? lines(entry.warnings) : null],
  ]);
}

/** Return the request as curl and as Python, each with a button that copies it. */
export function commands(entry) {
  return [["curl", curl(entry)], ["Python", python(entry)]].map(([name, text]) =>
    h("div", { class: "command" }, h("div", {}, h("h3", {}, name), copyButton(`Copy ${name}`, text)), h("pre", { tabindex: 0, "aria-label": name }, h("code", { "data-command": name }, text))));
}
