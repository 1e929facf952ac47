// The scenario editor: checked while a person types, with the line of the first error.

import { BASE, control, read } from "./http.js";
import { byId, h, notify } from "./dom.js";

const editor = byId("scenario");
const DELAY = 250;
const DRAFT = `voxdouble-scenario ${BASE.pathname}`;
let timer = null;
let bundled = [];
let errorLine = null;
let checks = 0;

async function present() {
  if (!(await read("activity")).has_scenario) return "";
  try {
    return await (await control("scenario", { headers: { Accept: "application/yaml" } })).text();
  } catch (error) {
    if (error.status === 404) return ""; // it was removed in the meantime
    throw error;
  }
}

/** Return the text that was edited in this tab and is not in use; empty without one. */
function draft() {
  try { return sessionStorage.getItem(DRAFT) ?? ""; } catch { return ""; }
}

function keepDraft(text) {
  try {
    if (text) sessionStorage.setItem(DRAFT, text);
    else sessionStorage.removeItem(DRAFT);
  } catch { /* the text then lasts as long as the page */ }
  byId("draft").hidden = byId("draft").disabled = !text;
}

async function showPresent() {
  const text = await present();
  const name = text.match(/^name: (.*)$/m)?.[1];
  byId("scenario-state").textContent = text ? `in use${name ? `: ${name}` : ""}` : "none in use: tasks take their usual time and end done";
  byId("remove").disabled = !text;
  return text;
}

function fill(text) {
  editor.value = text;
  drawLines();
  check();
}

function drawLines() {
  const count = editor.value.split("\n").length;
  byId("lines").replaceChildren(...Array.from({ length: count }, (_, index) => h("span", { class: index + 1 === errorLine ? "bad" : null }, `${index + 1}\n`)));
  byId("lines").scrollTop = editor.scrollTop;
}

async function check() {
  const number = ++checks;
  const text = editor.value;
  let found = { valid: false, line: null, message: "" };
  if (text.trim()) {
    try {
      found = await (await control("scenario/check", { method: "POST", body: text })).json();
    } catch (error) {
      found = { valid: false, line: null, message: error.message };
    }
  }
  if (number !== checks) return;
  errorLine = found.line;
  byId("scenario-problem").textContent = found.message;
  byId("apply").disabled = !found.valid;
  byId("to-line").hidden = errorLine === null;
  editor.setAttribute("aria-invalid", String(Boolean(found.message)));
  drawLines();
}

function goToLine() {
  const lines = editor.value.split("\n");
  const line = Math.min(errorLine, lines.length); // YAML names the line after the last one if something is missing at the end
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  editor.focus();
  editor.setSelectionRange(start, start + lines[line - 1].length);
}

async function start() {
  ({ scenarios: bundled } = await read("scenarios"));
  byId("bundled").append(...bundled.map((one) => h("option", { value: one.name }, one.name)));
  const inUse = await showPresent();
  keepDraft(draft() === inUse ? "" : draft());
  if (draft()) {
    byId("bundled").value = byId("draft").value;
    byId("bundled-text").textContent = "Your edited text is back; it is not in use.";
  }
  fill(draft() || inUse);
}

byId("bundled").addEventListener("change", async (event) => {
  const one = bundled.find((scenario) => scenario.name === event.target.value);
  byId("bundled-text").textContent = one ? one.description : "";
  if (event.target.value === byId("draft").value) fill(draft());
  else fill(one ? one.text : await showPresent());
});
editor.addEventListener("input", () => {
  errorLine = null;
  keepDraft(editor.value);
  byId("bundled").value = editor.value ? byId("draft").value : "";
  drawLines();
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
});
editor.addEventListener("scroll", () => { byId("lines").scrollTop = editor.scrollTop; });
byId("to-line").addEventListener("click", goToLine);
byId("apply").addEventListener("click", async () => {
  try {
    await control("scenario", { method: "PUT", body: editor.value });
    notify("The scenario is in use.");
    keepDraft("");
    byId("bundled").value = "";
    byId("bundled-text").textContent = "";
    await showPresent();
  } catch (error) {
    byId("scenario-problem").textContent = error.message;
  }
});
byId("remove").addEventListener("click", async () => {
  await control("scenario", { method: "DELETE" });
  notify("No scenario is in use.");
  await showPresent();
});
document.addEventListener("reset-done", showPresent);
start().catch((error) => { byId("scenario-problem").textContent = error.message; });
