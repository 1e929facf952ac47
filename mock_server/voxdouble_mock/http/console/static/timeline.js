// A task's life drawn to scale from its submission to its end; its polls are ticks.

import { h } from "./dom.js";
import { counted, duration, time } from "./format.js";

const WIDTH = 480;

/** Return a function from an instant to its place between the two ends of a drawing. */
function scale(task, left, right) {
  const span = Math.max(task.ends - task.submitted, 0.001);
  return (instant) => left + ((Math.min(Math.max(instant, task.submitted), task.ends) - task.submitted) / span) * (right - left);
}

function phases(task, place, top, height, now) {
  const until = (instant) => place(Math.min(instant, Math.max(now, task.submitted)));
  const parts = [h("rect", { class: "track", x: place(task.submitted), y: top, width: Math.max(2, place(task.ends) - place(task.submitted)), height, rx: 3 })];
  const pending = until(task.starts) - place(task.submitted);
  if (pending > 0) parts.push(h("rect", { class: "pending", x: place(task.submitted), y: top, width: pending, height, rx: 3 }));
  const running = until(task.ends) - place(task.starts);
  if (running > 0) parts.push(h("rect", { class: "running", x: place(task.starts), y: top, width: running, height, rx: 3 }));
  return parts;
}

/** Return a small timeline for a row of the list; the row names the state, so it is hidden from screen readers. */
export function smallTimeline(task, now) {
  const place = scale(task, 1, 233);
  const parts = phases(task, place, 3, 8, now);
  if (now >= task.ends) parts.push(h("rect", { class: `end state-${task.final}`, x: 234, y: 1, width: 5, height: 12, rx: 2 }));
  return h("svg", { class: "timeline bar-only", viewBox: "0 0 240 14", preserveAspectRatio: "none", "aria-hidden": "true" }, parts);
}

/** Return the whole timeline: phases, polls, the present instant while the task lives, and the expiry at the edge. */
export function timeline(task, polls, now) {
  const right = 380;
  const place = scale(task, 6, right);
  const during = polls.filter((poll) => poll.at <= task.ends);
  const parts = phases(task, place, 26, 14, now);
  if (now >= task.ends) parts.push(h("circle", { class: `end state-${task.final}`, cx: right, cy: 33, r: 7 }));
  for (const poll of during) {
    const x = place(poll.at);
    parts.push(h("line", { class: poll.status === 200 ? "tick" : "tick bad", x1: x, x2: x, y1: 21, y2: 45 },
      h("title", {}, `Poll at ${time(poll.at, { precise: true })}: ${poll.status}`)));
  }
  if (now < task.ends) parts.push(h("line", { class: "now", x1: place(now), x2: place(now), y1: 14, y2: 50 }));
  parts.push(h("line", { class: "axis", x1: right + 14, x2: WIDTH, y1: 33, y2: 33, "stroke-dasharray": "2 4" }));
  parts.push(h("text", { x: 6, y: 64 }, time(task.submitted, { precise: true })));
  parts.push(h("text", { x: right, y: 64, "text-anchor": "end" }, `+${duration(task.ends - task.submitted)}`));
  parts.push(h("text", { x: WIDTH, y: 16, "text-anchor": "end" }, "expires"));
  parts.push(h("text", { x: WIDTH, y: 64, "text-anchor": "end" }, time(task.expires, { now })));
  const label = `Timeline: pending for ${duration(task.starts - task.submitted)}, running for ${duration(task.ends - task.starts)}, `
    + `then ${task.final}; ${counted(during.length, "poll")} until the end, ${polls.length - during.length} after it.`;
  return h("svg", { class: "timeline", viewBox: `0 0 ${WIDTH} 68`, role: "img", "aria-label": label }, parts);
}
