// The mock's clock, as a function of the browser's own: it is read once a second and runs on between two polls.

let clock = null;
let readAt = 0;

/** Take over the clock that a response shows. */
export function setClock(shown) {
  clock = shown;
  readAt = performance.now();
}

/** Return the clock's mode and rate, or null before the first response. */
export function pace() {
  return clock;
}

/** Return the seconds since the epoch that the clock shows. */
export function now() {
  return clock ? clock.now + ((performance.now() - readAt) / 1000) * clock.rate : Date.now() / 1000;
}

/** Return the state of a task at an instant; null once it has expired. The same function as in the mock. */
export function stateAt(task, instant) {
  if (instant >= task.expires) return null;
  if (instant >= task.ends) return task.final;
  return instant >= task.starts ? "running" : "pending";
}
