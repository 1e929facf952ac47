// The list of live tasks. A page of it is read only after something has changed; states follow the clock in between.

import { BASE, needsToken, read } from "./http.js";
import { now, stateAt } from "./clock.js";
import { byId, h, notify } from "./dom.js";
import { count, duration, technologyName } from "./format.js";
import { watch } from "./live.js";
import { outside } from "./request_parts.js";
import { hideTask, showTask } from "./task_details.js";
import { smallTimeline } from "./timeline.js";

const PAGE = 50;
const BUSY = 2000; // the list is read at most so often while tasks arrive, or change their states, all the time
const filters = byId("filters");
const body = document.querySelector("#tasks tbody");
let page = null;
let skip = 0;
let readFor = "";
let activity = null;
let reading = false;
let lastReads = [-Infinity, -Infinity, -Infinity];

/** Return the id in the address of the page; empty without one, and for a malformed one. */
function selectedTask() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function query() {
  const chosen = new FormData(filters);
  const parameters = new URLSearchParams({ limit: PAGE, skip });
  for (const name of ["state", "technology"]) if (chosen.get(name)) parameters.set(name, chosen.get(name));
  const name = chosen.get("file_name").trim();
  if (name) parameters.set("file_name", /[*?]/.test(name) ? name : `*${name}*`);
  return parameters.toString();
}

/** Return whether reading the list again can wait: it was read a moment ago, and three times within a short time. */
function canWait() {
  const instant = performance.now();
  return instant - lastReads[2] < BUSY && instant - lastReads[0] < 3 * BUSY;
}

/** Tell people, also those who listen, that tasks of the list have expired. */
function announceExpired() {
  const gone = page ? page.tasks.filter((task) => !task.gone && stateAt(task, now()) === null) : [];
  for (const task of gone) task.gone = true;
  if (gone.length) notify(gone.length === 1 ? `The task of ${gone[0].file_name ?? technologyName(gone[0].technology)} expired.` : `${count(gone.length)} listed tasks expired.`);
}

async function update() {
  announceExpired();
  const parameters = query();
  const due = page && page.next !== null && now() >= page.next ? page.next : "";
  const asked = `${parameters} ${due}`;
  const wanted = `${asked} ${activity?.tasks}`;
  if (activity && wanted !== readFor && !reading && !(readFor.startsWith(`${parameters} `) && canWait())) {
    reading = true;
    readFor = wanted;
    lastReads = [...lastReads.slice(1), performance.now()];
    try {
      page = await read(`tasks?${parameters}`);
    } catch {
      readFor = "";
    }
    reading = false;
    if (query() !== parameters) return update();
    if (skip && !page?.tasks.length) {
      skip = 0;
      return update();
    }
  }
  draw();
}

function draw() {
  if (!page) return;
  const instant = now();
  const selected = selectedTask();
  const rows = page.tasks.filter((task) => stateAt(task, instant) !== null).reverse().map((task) => row(task, instant, task.task_id === selected));
  replaceRows(rows);
  for (const place of document.querySelectorAll("[data-count]")) {
    const name = place.dataset.count;
    place.textContent = count(name ? page.states[name] : page.total);
  }
  byId("empty").hidden = page.total > 0;
  byId("tasks").hidden = !rows.length;
  byId("nothing-selected").hidden = rows.length > 0 || page.total === 0;
  byId("pages").hidden = page.selected <= PAGE;
  byId("range").textContent = `${count(skip + 1)} to ${count(skip + page.tasks.length)} of ${count(page.selected)}`;
  byId("newer").disabled = skip === 0;
  byId("older").disabled = skip + PAGE >= page.selected;
}

/** Show the rows; those that are equal stay, so that a person can select their text and keep the focus. */
function replaceRows(rows) {
  const selection = getSelection();
  if (!selection.isCollapsed && body.contains(selection.anchorNode)) return;
  const present = new Map([...body.children].map((shown) => [shown.dataset.task, shown]));
  const focused = document.activeElement?.closest("tr")?.dataset.task;
  const wanted = rows.map((made) => {
    const shown = present.get(made.dataset.task);
    return shown?.isEqualNode(made) ? shown : made;
  });
  if (wanted.length !== body.children.length || wanted.some((made, index) => made !== body.children[index])) body.replaceChildren(...wanted);
  if (focused) body.querySelector(`tr[data-task="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
}

function row(task, instant, isSelected) {
  const state = stateAt(task, instant);
  return h("tr", { class: isSelected ? "selected" : null, "data-task": task.task_id },
    h("td", {}, h("span", { class: `state state-${state}` }, state)),
    h("td", {}, h("a", { class: "row", href: `#${encodeURIComponent(task.task_id)}`, "aria-current": isSelected ? "true" : null },
      task.file_name === null ? h("span", { class: "mono" }, task.task_id.slice(0, 8)) : outside(task.file_name)),
      h("span", { class: "second" }, technologyName(task.technology), task.rule === null ? null : [" ", h("span", { class: "tag rule" }, h("bdi", {}, task.rule))])),
    h("td", { class: "wide" }, smallTimeline(task, instant)),
    h("td", { class: "number" }, duration(instant - task.submitted)));
}

async function showSelected() {
  const taskId = selectedTask();
  if (taskId) await showTask(taskId, activity);
  else hideTask();
  draw();
}

function moveTo(place) {
  skip = Math.max(0, place);
  update();
}

watch((latest) => {
  activity = latest ?? activity;
  update();
  if (location.hash.length > 1) showSelected();
});
addEventListener("hashchange", showSelected);
filters.addEventListener("input", () => moveTo(0));
filters.addEventListener("submit", (event) => event.preventDefault());
byId("newer").addEventListener("click", () => moveTo(skip - PAGE));
byId("older").addEventListener("click", () => moveTo(skip + PAGE));
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && location.hash.length > 1 && !document.querySelector("dialog[open]")) {
    const taskId = selectedTask();
    history.pushState(null, "", location.pathname);
    showSelected().then(() => body.querySelector(`tr[data-task="${CSS.escape(taskId)}"] a`)?.focus());
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    filters.elements.file_name.focus();
  }
});
const token = needsToken ? ' -H "Authorization: Bearer $APPLIANCE_TOKEN"' : "";
byId("example").textContent = `curl${token} -F file=@recording.wav ${BASE.href}api/technology/speaker-identification-voiceprint-extraction`;
