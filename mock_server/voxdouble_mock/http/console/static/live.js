// The pulse of the page: a small poll more than once a second while the page is visible, none while it is hidden.

import { read } from "./http.js";
import { setClock } from "./clock.js";

const INTERVAL = 750; // so that a change is seen within a second
const listeners = new Set();
let latest = null;
let timer = null;
let polling = false;

/** Call `listener` with the latest activity now, after every poll, and with null when the mock cannot be reached. */
export function watch(listener) {
  listeners.add(listener);
  if (latest) listener(latest);
}

/** Poll at once, for example after a change that this page has made. */
export function refresh() {
  clearTimeout(timer);
  return poll();
}

async function poll() {
  if (polling) return;
  polling = true;
  try {
    latest = await read("activity");
    setClock(latest.clock);
  } catch {
    latest = null;
  }
  polling = false;
  listeners.forEach((listener) => listener(latest));
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, INTERVAL);
}

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
poll();
