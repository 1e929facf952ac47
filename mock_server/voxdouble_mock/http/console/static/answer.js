// The answer to a poll as a tree; voice data by length, norm and plot, a voiceprint itself only after a click.

import { read } from "./http.js";
import { copyButton, h } from "./dom.js";
import { bytes, count } from "./format.js";
import { vectorPlot } from "./plot.js";

/** Return the tree of a summarised answer. */
export function answerTree(taskId, value) {
  if (value === null || typeof value !== "object") {
    return h("span", { class: "value" }, typeof value === "string" ? h("bdi", {}, value) : String(value));
  }
  if (value.$voiceprint) return voiceprint(taskId, value.$voiceprint);
  if (value.$vector) return vector(value.$vector);
  if (value.$bytes) return h("span", { class: "value" }, `${bytes(value.$bytes)}: too long to be shown`);
  const entries = Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
  if (!entries.length) return h("span", { class: "value" }, Array.isArray(value) ? "[]" : "{}");
  return h("div", { class: "tree" }, entries.map(([key, item]) => item && item.$more
    ? h("div", { class: "key" }, `and ${count(item.$more)} more`)
    : h("div", {}, h("span", { class: "key" }, `${key} `), answerTree(taskId, item))));
}

function voiceprint(taskId, summary) {
  const place = h("div", {});
  const show = h("button", { type: "button", class: "small", onclick: async () => {
    const text = (await read(`tasks/${encodeURIComponent(taskId)}/voiceprints/${summary.index}`)).voiceprint;
    place.replaceChildren(h("textarea", { readonly: true, "aria-label": "Voiceprint" }, text), copyButton("Copy", text));
  } }, "Show the voiceprint");
  place.append(show);
  const length = summary.length === undefined ? "not decodable" : `${summary.length} numbers, norm ${summary.norm}`;
  return h("div", { class: "voice" }, h("div", {}, `${count(summary.characters)} characters · ${length}`),
    summary.plot && summary.plot.length ? vectorPlot(summary.plot) : null, place);
}

function vector(summary) {
  if (!summary.length) return h("span", { class: "value" }, "[] (no speech)");
  return h("div", { class: "voice" }, h("div", {}, `${summary.length} numbers · norm ${summary.norm}`), vectorPlot(summary.plot),
    copyButton("Copy the numbers", JSON.stringify(summary.plot)));
}
