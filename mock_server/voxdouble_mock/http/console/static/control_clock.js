// The clock: its mode, and steps forward with the transitions that they pass.

import { HOME, write } from "./http.js";
import { now, pace, setClock } from "./clock.js";
import { byId, h } from "./dom.js";
import { duration, technologyName, time } from "./format.js";
import { refresh, watch } from "./live.js";

const modes = byId("modes");
const UNASKED_SECONDS = 86400; // a longer advance is asked for first

let changes = Promise.resolve();

/** Do something with the clock after all that was asked for before, and show an error where it belongs. */
function change(action) {
  changes = changes.then(() => changeNow(action));
}

async function changeNow(action) {
  byId("clock-problem").textContent = "";
  try {
    const shown = await action();
    setClock(shown);
    showMode();
    if (shown.transitions) showPassed(shown.transitions);
    await refresh();
  } catch (error) {
    byId("clock-problem").textContent = error.message;
  }
}

function showMode() {
  const clock = pace();
  if (!clock || modes.contains(document.activeElement)) return;
  modes.querySelector(`[value="${clock.mode}"]`).checked = true;
  byId("rate-field").hidden = clock.mode !== "scale";
  if (clock.mode === "scale" && document.activeElement !== byId("rate")) byId("rate").value = clock.rate;
}

function showPassed(transitions) {
  const shown = transitions.slice(-20);
  const items = shown.map((one) => h("li", {}, h("span", { class: `state state-${one.state}` }, one.state), " ",
    h("a", { href: `${HOME.pathname}#${encodeURIComponent(one.task_id)}` }, technologyName(one.technology)), h("span", { class: "muted" }, ` at ${time(one.at, { precise: true })}`)));
  const more = transitions.length - shown.length;
  byId("passed").replaceChildren(h("p", { class: "muted" }, transitions.length ? `Passed${more ? `, and ${more} more before` : ""}:` : "No task changed its state."), h("ul", { class: "rows" }, items));
}

function advance(seconds) {
  change(() => write("POST", "clock/advance", { seconds }));
}

function chosenMode() {
  const mode = modes.querySelector(":checked").value;
  return mode === "scale" ? { mode, rate: Number(byId("rate").value) } : { mode };
}

modes.addEventListener("change", () => {
  byId("rate-field").hidden = chosenMode().mode !== "scale";
  change(() => write("PUT", "clock", chosenMode()));
});
byId("rate").addEventListener("change", () => change(() => write("PUT", "clock", chosenMode())));
byId("next").addEventListener("click", () => change(() => write("POST", "clock/advance", { to: "next" })));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => advance(Number(button.dataset.advance)));
}
byId("advance").addEventListener("submit", (event) => {
  event.preventDefault();
  const seconds = Number(byId("seconds").value);
  if (seconds <= UNASKED_SECONDS) {
    advance(seconds);
    return;
  }
  byId("advance-question").textContent = `Advance the clock by ${duration(seconds)}?`;
  byId("advance-dialog").showModal();
});
byId("advance-dialog").addEventListener("close", (event) => {
  if (event.target.returnValue === "advance") advance(Number(byId("seconds").value));
  event.target.returnValue = "";
});
watch(showMode);
setInterval(() => { if (pace() && !document.hidden) byId("clock-now").textContent = time(now(), { now: Date.now() / 1000, precise: pace().mode !== "real" }); }, 250);
