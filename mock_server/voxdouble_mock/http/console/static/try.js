// The page on which a person sends a recording: chosen, dropped or recorded here.

import { appliance, control, HOME, read } from "./http.js";
import { answerTree } from "./answer.js";
import { byId } from "./dom.js";
import { bytes } from "./format.js";
import { now, stateAt } from "./clock.js";
import { refresh } from "./live.js";
import { recorder } from "./recorder.js";
import { timeline } from "./timeline.js";
import { waveform } from "./waveform.js";
import "./compare.js";

const POLL = 250;
const form = byId("send");
let chosen = null;
let following = 0;

/** Take a file: show its waveform and the speech in it, and offer to send it. */
export async function take(file) {
  chosen = file;
  form.hidden = false;
  byId("chosen").textContent = file.name;
  byId("chosen-size").textContent = bytes(file.size);
  byId("send-problem").textContent = "";
  byId("outcome").hidden = true;
  const player = byId("player");
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(file);
  player.hidden = false;
  await showWaveform(file);
}

function body(file) {
  const parts = new FormData();
  parts.append("file", file, file.name);
  return parts;
}

async function showWaveform(file) {
  byId("waveform").replaceChildren();
  byId("waveform-problem").textContent = "";
  try {
    const found = await (await control("analysis", { method: "POST", body: body(file) })).json();
    if (file === chosen) byId("waveform").replaceChildren(...waveform(found));
  } catch (error) {
    if (file === chosen) byId("waveform-problem").textContent = error.message;
  }
}

function query() {
  const technology = form.elements.technology;
  const members = technology.selectedOptions[0].dataset.members.split(" ");
  const parameters = new URLSearchParams();
  for (const name of ["channel_mode", "channels", "include_vector_voiceprint"]) {
    const field = form.elements[name];
    if (!members.includes(name) || (field.type === "checkbox" && !field.checked) || !field.value) continue;
    parameters.set(name, field.value);
  }
  return parameters.size ? `?${parameters}` : "";
}

async function send() {
  byId("send-problem").textContent = "";
  byId("send-state").textContent = "sending…";
  byId("start").disabled = true;
  const technology = form.elements.technology.value;
  try {
    const response = await appliance(`api/technology/${technology}${query()}`, { method: "POST", body: body(chosen) });
    follow(technology, (await response.json()).task.task_id);
  } catch (error) {
    byId("send-problem").textContent = error.status ? `${error.status}: ${error.message}` : "The response did not arrive: the connection was closed.";
  }
  byId("send-state").textContent = "";
  byId("start").disabled = false;
}

/** Poll a task as a client does, until its state is final. */
async function follow(technology, taskId) {
  const turn = ++following;
  byId("outcome").hidden = false;
  byId("outcome-answer").replaceChildren();
  byId("outcome-link").href = `${HOME.pathname}#${encodeURIComponent(taskId)}`;
  for (;;) {
    let state = "";
    try {
      state = (await (await appliance(`api/technology/${technology}/${taskId}`)).json()).task.state;
    } catch (error) {
      state = error.status ? String(error.status) : "no response";
    }
    await refresh();
    const details = await read(`tasks/${taskId}`).catch(() => null);
    if (turn !== following) return;
    byId("outcome-state").textContent = state;
    byId("outcome-state").className = `state state-${state}`;
    if (!details) return;
    byId("outcome-timeline").replaceChildren(timeline(details.task, details.polls, now()));
    if (["done", "failed", "rejected"].includes(state) && stateAt(details.task, now()) === state) {
      byId("outcome-answer").replaceChildren(answerTree(taskId, details.answer));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

function showMembers() {
  const members = form.elements.technology.selectedOptions[0].dataset.members.split(" ");
  for (const field of form.querySelectorAll("[data-member]")) field.hidden = !members.includes(field.dataset.member);
}

const drop = byId("drop");
byId("file").addEventListener("change", (event) => { if (event.target.files.length) take(event.target.files[0]); });
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
});
form.elements.technology.addEventListener("change", showMembers);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
showMembers();
recorder(byId("record"), byId("record-state"), take);
