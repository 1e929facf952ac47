// Faults: armed by a click or with a form, and listed with what they have done so far.

import { control, read, write } from "./http.js";
import { byId, h, notify } from "./dom.js";
import { counted, technologyName } from "./format.js";
import { watch } from "./live.js";

const form = byId("fault");
let shownFaults = "";

async function show() {
  const { faults } = await read("faults");
  const drawn = JSON.stringify(faults);
  if (drawn !== shownFaults) byId("armed").replaceChildren(...faults.map(row)); // else a button would lose the focus
  shownFaults = drawn;
  byId("unarmed").hidden = faults.length > 0;
  byId("disarm").hidden = !faults.length;
}

function row(one) {
  const { kind, ...members } = one.fault;
  const details = Object.entries(members).filter(([, value]) => value !== null && value !== false).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  const name = [kind, ...details].join(", ");
  const requests = [one.method ?? "every request", one.technology ? `to ${technologyName(one.technology)}` : "to all technologies", one.task_id && `of task ${one.task_id.slice(0, 8)}`];
  return h("li", {}, h("span", { class: "tag fault" }, name), " ", h("span", {}, requests.filter(Boolean).join(" ")), " ",
    h("span", { class: "muted" }, progress(one)), " ",
    h("button", { type: "button", class: "small", "aria-label": `Disarm ${name}`, onclick: () => disarm(`faults/${one.number}`, "The fault is disarmed.") }, "Disarm"));
}

/** Return in words which requests the fault still applies to, and what it has done so far. */
function progress(one) {
  const waiting = one.nth - 1 - one.seen;
  const begins = waiting > 0 ? `after ${counted(waiting, "more request")}, ` : "";
  const left = one.count === null ? "until it is disarmed" : `${counted(one.count - one.applied, "more time")}`;
  return `· applies ${begins}${left}; applied ${counted(one.applied, "time")} so far`;
}

async function disarm(path, text) {
  try {
    await control(path, { method: "DELETE" });
    notify(text);
  } catch (error) {
    if (error.status !== 404) throw error; // it was used up in the meantime
  }
  await show();
}

async function arm(spec) {
  byId("fault-problem").textContent = "";
  try {
    await write("POST", "faults", spec);
    notify("The fault is armed.");
    await show();
  } catch (error) {
    byId("fault-problem").textContent = error.message;
  }
}

/** Return the fault and its address that the form describes; empty fields are left out. */
function described() {
  const address = {};
  const fields = form.elements;
  for (const name of ["technology", "method", "task_id"]) if (fields[name].value.trim()) address[name] = fields[name].value.trim();
  for (const name of ["nth", "life"]) if (fields[name].value) address[name] = Number(fields[name].value);
  if (fields.count.value) address.count = fields.count.value === "all" ? null : Number(fields.count.value);
  const fault = { kind: fields.kind.value };
  for (const field of form.querySelector(`[data-kind="${fault.kind}"]`).querySelectorAll("[name]")) {
    if (field.dataset.type === "boolean") fault[field.name] = field.checked;
    else if (field.value !== "") fault[field.name] = field.dataset.type === "number" ? Number(field.value) : field.value;
  }
  return { fault, ...address };
}

function showKind() {
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.disabled = part.dataset.kind !== form.elements.kind.value;
}

byId("presets").addEventListener("click", (event) => {
  if (event.target.dataset.fault) arm(JSON.parse(event.target.dataset.fault));
});
form.elements.kind.addEventListener("change", showKind);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  arm(described());
});
byId("disarm").addEventListener("click", () => disarm("faults", "All faults are disarmed."));
showKind();
watch((activity) => { if (activity) show().catch(() => {}); });
