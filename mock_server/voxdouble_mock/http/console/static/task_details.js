// One task: timeline, request, rule and answer. It is read again when something about it may have changed.

import { read } from "./http.js";
import { answerTree } from "./answer.js";
import { now, stateAt } from "./clock.js";
import { byId, h } from "./dom.js";
import { counted, duration, technologyName, time } from "./format.js";
import { commands, decidedFacts, facts, outside, sentFacts } from "./request_parts.js";
import { timeline } from "./timeline.js";

const ORIGINS = {
  computed: "computed from the request",
  rule: "the scenario's rule",
  given: "given by the scenario's rule",
  captured: "captured in a pack",
  mixed: "captured in a pack in part, otherwise computed",
};
let shown = null;
let shownKey = "";
let drawn = "";
let missing = {};

/** Return the id of the task that is shown, or null. */
export function shownTask() {
  return shown && shown.task.task_id;
}

/** Return a key that changes when the task has to be read again. */
function keyOf(taskId, activity) {
  return `${taskId} ${activity?.tasks} ${activity?.requests} ${shownTask() === taskId ? stateAt(shown.task, now()) : ""}`;
}

/** Read a task and show it; it is not read again while neither `activity` nor its state has changed, nor once it is gone. */
export async function showTask(taskId, activity) {
  if (shownTask() === taskId && stateAt(shown.task, now()) === null) {
    drawMissing(`The task expired at ${time(shown.task.expires, { now: now(), precise: true })}.`);
    return;
  }
  if (taskId === missing.taskId) {
    drawMissing(missing.message);
    return;
  }
  const key = keyOf(taskId, activity);
  if (key !== shownKey) {
    shownKey = key;
    try {
      shown = await read(`tasks/${encodeURIComponent(taskId)}`);
      shownKey = keyOf(taskId, activity);
      const { polls, ...rest } = shown;
      if (drawn !== JSON.stringify(rest)) draw();
      drawn = JSON.stringify(rest);
      byId("details-polls").textContent = pollSummary(polls);
    } catch (error) {
      shown = null;
      if (error.status === 404) missing = { taskId, message: error.message };
      drawMissing(error.message);
    }
  }
  drawTimeline();
}

/** Hide the details. */
export function hideTask() {
  shown = null;
  shownKey = "";
  drawn = "";
  missing = {};
  byId("details").hidden = true;
  byId("split").classList.remove("open");
}

function open(...children) {
  byId("details").replaceChildren(...children.filter(Boolean));
  byId("details").hidden = false;
  byId("split").classList.add("open");
}

function heading(title, second) {
  return h("header", {}, h("div", {}, h("h2", {}, title), second), h("a", { href: "#", class: "tag", "aria-label": "Close the details", id: "close" }, "Close"));
}

function drawMissing(message) {
  if (drawn === message) return;
  drawn = message;
  open(heading("This task is gone", null), h("div", { class: "part" }, h("p", {}, message)));
}

function part(title, ...children) {
  return h("div", { class: "part" }, h("h3", {}, title), children);
}

function draw() {
  const { task, request, answer } = shown;
  const state = stateAt(task, now()) ?? "expired";
  const error = answer.error;
  const ended = answer.result ?? error;
  open(
    heading(task.file_name === null ? technologyName(task.technology) : outside(task.file_name),
      h("div", {}, h("span", { class: `state state-${state}`, id: "details-state" }, state), h("span", { class: "muted" }, ` · ${technologyName(task.technology)}`))),
    error ? part("Why", h("p", { class: "reason" }, outside(error.message))) : null,
    h("div", { class: "part" }, h("h3", {}, "Timeline"), h("div", { id: "details-timeline" }), h("p", { class: "muted", id: "details-polls" }), instants(task)),
    part("Answer", ended === undefined ? h("p", { class: "muted" }, "The state is not final yet.") : answerTree(task.task_id, answer),
      ended === undefined ? null : facts([["Origin", ORIGINS[task.origin]]])),
    part("Request", request ? [sentFacts(request), decidedFacts(request), ...commands(request)]
      : [h("p", { class: "muted" }, "The request log no longer has this request."), facts([["Rule", task.rule]])]),
    part("Task", facts([["Task id", h("code", {}, task.task_id)], ["Technology", h("code", {}, task.technology)]])),
  );
}

function pollSummary(polls) {
  const after = polls.filter((poll) => poll.at > shown.task.ends).length;
  return `${counted(polls.length, "poll")} in the request log${after ? `, ${after} of them after the end` : ""}`;
}

function instants(task) {
  const step = (instant) => `${time(instant, { now: now(), precise: true })}  (+${duration(instant - task.submitted)})`;
  return facts([["Submitted", time(task.submitted, { now: now(), precise: true })],
    ["Starts", task.final === "rejected" ? "never: a rejected task is not executed" : step(task.starts)],
    ["Ends", step(task.ends)], ["Expires", step(task.expires)]]);
}

function drawTimeline() {
  const place = byId("details-timeline");
  if (shown && place) place.replaceChildren(timeline(shown.task, shown.polls, now()));
}
