// Comparison of finished extractions: each chosen recording with each other one.

import { appliance, read } from "./http.js";
import { byId, h } from "./dom.js";
import { duration } from "./format.js";
import { outside } from "./request_parts.js";
import { now } from "./clock.js";
import { watch } from "./live.js";

const EXTRACTION = "speaker-identification-voiceprint-extraction";
const COMPARISON = "speaker-identification-voiceprint-comparison";
const MOST = 20;
const chosen = new Set();
let tasks = [];
let readFor = "";

async function show(activity) {
  const wanted = `${activity.tasks} ${tasks.next !== null && now() >= tasks.next}`;
  if (wanted === readFor) return;
  readFor = wanted;
  const found = await read(`tasks?state=done&technology=${EXTRACTION}&limit=${MOST}`);
  tasks = found.tasks.reverse();
  tasks.next = found.next;
  for (const id of chosen) if (!tasks.some((task) => task.task_id === id)) chosen.delete(id);
  byId("finished").replaceChildren(...tasks.map(row));
  byId("unfinished").hidden = tasks.length > 0;
  showButton();
}

function row(task) {
  const box = h("input", { type: "checkbox", value: task.task_id, onchange: (event) => {
    if (event.target.checked) chosen.add(task.task_id);
    else chosen.delete(task.task_id);
    showButton();
  } });
  box.checked = chosen.has(task.task_id);
  return h("li", {}, h("label", { class: "check" }, box, outside(task.file_name ?? task.task_id.slice(0, 8)),
    h("span", { class: "muted" }, `${duration(now() - task.submitted)} ago`)));
}

function showButton() {
  byId("compare").disabled = chosen.size < 2;
}

async function compare() {
  byId("compare-problem").textContent = "";
  byId("compare").disabled = true;
  try {
    const selected = tasks.filter((task) => chosen.has(task.task_id));
    const found = await Promise.all(selected.map((task) => read(`tasks/${task.task_id}/voiceprints/0`)));
    const voiceprints = found.map((one) => one.voiceprint);
    showScores(selected, await scores(voiceprints));
  } catch (error) {
    byId("compare-problem").textContent = error.message;
  }
  showButton();
}

async function scores(voiceprints) {
  const body = JSON.stringify({ voiceprints_a: voiceprints, voiceprints_b: voiceprints });
  const path = `api/technology/${COMPARISON}`;
  const started = await (await appliance(path, { method: "POST", body, headers: { "Content-Type": "application/json" } })).json();
  for (let polls = 0; polls < 240; polls += 1) {
    const answer = await (await appliance(`${path}/${started.task.task_id}`)).json();
    if (answer.error) throw new Error(answer.error.message);
    if (answer.result) return answer.result.scores;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("The comparison did not end within a minute: see its task, and the clock.");
}

function showScores(selected, { values, columns_count: columns }) {
  const names = selected.map((task) => task.file_name ?? task.task_id.slice(0, 8));
  const head = h("tr", {}, h("td", {}), names.map((name) => h("th", { scope: "col" }, h("bdi", {}, name))));
  const rows = names.map((name, index) => h("tr", {}, h("th", { scope: "row" }, h("bdi", {}, name)),
    values.slice(index * columns, (index + 1) * columns).map((score) => h("td", { class: score > 0 ? "same" : "other" }, score.toFixed(2), h("span", { class: "visually-hidden" }, score > 0 ? " same speaker" : " other speaker")))));
  byId("scores").hidden = false;
  byId("scores").replaceChildren(h("table", { class: "scores" }, h("caption", { class: "visually-hidden" }, "Scores"), head, rows));
}

byId("compare").addEventListener("click", compare);
watch((activity) => { if (activity) show(activity).catch(() => { readFor = ""; }); });
