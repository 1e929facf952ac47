// The request log with filters, and one request with its outcome and the commands that send it again.

import { control, HOME } from "./http.js";
import { now } from "./clock.js";
import { byId, h, notify } from "./dom.js";
import { count, technologyName, time } from "./format.js";
import { watch } from "./live.js";
import { logged, readLog } from "./log.js";
import { commands, decidedFacts, facts, lostResponse, outside, sentFacts } from "./request_parts.js";

const PAGE = 100;
const ORIGINS = { computed: "computed from the request", rule: "the error of the rule", given: "given by the rule",
  captured: "captured in the pack", mixed: "captured in the pack in part, otherwise computed" };
const filters = byId("filters");
const body = document.querySelector("#requests tbody");
let most = PAGE;

const OUTCOMES = {
  "": () => true,
  accepted: (entry) => entry.status < 400 && !lostResponse(entry),
  refused: (entry) => entry.status >= 400,
  fault: (entry) => entry.fault !== null,
  warning: (entry) => entry.warnings.length > 0,
};

function selection() {
  const chosen = Object.fromEntries(new FormData(filters));
  const text = chosen.text.trim().toLowerCase();
  const fits = (entry) => (!chosen.method || entry.method === chosen.method)
    && (!chosen.technology || entry.technology === chosen.technology)
    && (!text || [entry.path, entry.file_name, entry.task_id, entry.rule, entry.reason, entry.fault].some((part) => part?.toLowerCase().includes(text)));
  return { fits, outcome: OUTCOMES[chosen.outcome] };
}

function draw() {
  const { fits, outcome } = selection();
  const fitting = logged().filter(fits);
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = count(fitting.filter(OUTCOMES[place.dataset.count]).length);
  const selected = fitting.filter(outcome).reverse();
  const number = Number(location.hash.slice(1));
  const focused = document.activeElement?.closest("tr")?.dataset.number;
  body.replaceChildren(...selected.slice(0, most).map((entry) => row(entry, entry.number === number)));
  if (focused) body.querySelector(`tr[data-number="${focused}"] a`)?.focus({ preventScroll: true });
  byId("requests").hidden = !selected.length;
  byId("empty").hidden = logged().length > 0;
  byId("nothing-selected").hidden = selected.length > 0 || !logged().length;
  byId("pages").hidden = selected.length <= most;
  byId("range").textContent = `${count(Math.min(most, selected.length))} of ${count(selected.length)}`;
}

function statusMark(entry) {
  const lost = lostResponse(entry);
  const tone = lost || entry.status >= 400 ? "failed" : "done";
  return h("span", { class: `state state-${tone}${lost ? " lost" : ""}` }, lost ?? String(entry.status));
}

function row(entry, isSelected) {
  const notes = [entry.rule && h("span", { class: "tag rule" }, h("bdi", {}, entry.rule)), entry.fault && h("span", { class: "tag fault" }, entry.fault)];
  return h("tr", { class: isSelected ? "selected" : null, "data-number": entry.number },
    h("td", {}, statusMark(entry)),
    h("td", {}, h("a", { class: "row", href: `#${entry.number}`, "aria-current": isSelected ? "true" : null }, `${entry.method} `,
      entry.technology ? technologyName(entry.technology) : outside(entry.path)),
    h("span", { class: "second" }, entry.file_name !== null ? outside(entry.file_name) : entry.task_id && h("code", {}, entry.task_id.slice(0, 8)))),
    h("td", { class: "wide" }, notes.filter(Boolean).length ? h("div", {}, notes) : null,
      entry.reason ? h("span", { class: "second" }, outside(entry.reason)) : null,
      entry.warnings.map((text) => h("span", { class: "second" }, "Warning: ", outside(text)))),
    h("td", { class: "number" }, time(entry.at, { now: now() })));
}

function showSelected() {
  const number = Number(location.hash.slice(1));
  const entry = logged().find((one) => one.number === number);
  byId("split").classList.toggle("open", Boolean(number));
  byId("details").hidden = !number;
  if (!number || byId("details").dataset.number === `${number} ${Boolean(entry)}`) return;
  byId("details").dataset.number = `${number} ${Boolean(entry)}`;
  byId("details").replaceChildren(...(entry ? details(entry) : missing()));
}

function heading(title, ...second) {
  return h("header", {}, h("div", {}, h("h2", {}, title), second), h("a", { href: "#", class: "tag", "aria-label": "Close the details" }, "Close"));
}

function missing() {
  return [heading("The log no longer has this request")];
}

function details(entry) {
  const headers = Object.entries(entry.headers);
  const part = (title, ...children) => h("div", { class: "part" }, h("h3", {}, title), children);
  return [
    heading(`${entry.method} ${entry.technology ? technologyName(entry.technology) : ""}`, h("div", {}, statusMark(entry), h("span", { class: "muted" }, ` · request ${count(entry.number)}`))),
    lostResponse(entry) ? part("Why there was no response", h("p", { class: "reason" }, `A fault ended the connection after the work was done: the response with status ${entry.status} was not sent.`)) : null,
    entry.reason ? part("Why it was refused", h("p", { class: "reason" }, outside(entry.reason)), facts(Object.entries(entry.response_headers))) : null,
    part("Decided by", entry.rule || entry.fault || entry.misses.length || entry.warnings.length ? decidedFacts(entry) : h("p", { class: "muted" }, "No rule and no fault applied."), origin(entry)),
    part("Sent", facts([["Path", outside(entry.path)], ["Time", time(entry.at, { precise: true })]]), sentFacts(entry)),
    part("Send it again", commands(entry)),
    part("Headers of the request", facts(headers), Object.keys(entry.dropped).length ? h("p", { class: "muted" }, "Long headers and texts were dropped from the log.") : null),
  ].filter(Boolean);
}

function origin(entry) {
  if (!entry.task_id) return null;
  const task = h("a", { href: `${HOME.pathname}#${encodeURIComponent(entry.task_id)}` }, h("code", {}, entry.task_id));
  return facts([["Task", task], ["Result", entry.origin && (ORIGINS[entry.origin] ?? entry.origin)]]);
}

function changed() {
  draw();
  showSelected();
}

watch(async (activity) => {
  if (activity && await readLog(activity.requests).catch(() => false)) changed();
});
addEventListener("hashchange", changed);
filters.addEventListener("input", () => { most = PAGE; draw(); });
filters.addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => { most += PAGE; draw(); });
byId("clear").addEventListener("click", async () => {
  await control("requests", { method: "DELETE" });
  await readLog(0, true);
  changed();
  notify("The log is empty.");
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash.length > 1) {
    const number = Number(location.hash.slice(1));
    history.pushState(null, "", location.pathname);
    changed();
    body.querySelector(`tr[data-number="${number}"] a`)?.focus();
  } else if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    filters.elements.text.focus();
  }
});
