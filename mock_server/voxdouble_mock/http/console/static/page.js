// The parts that every page has: the clock, the state of the connection, and the choice of the theme.

import { byId } from "./dom.js";
import { now, pace } from "./clock.js";
import { time } from "./format.js";
import { watch } from "./live.js";

const NAMES = { "": "as the system", light: "light", dark: "dark" };
const NEXT = { "": "light", light: "dark", dark: "" };

function showClock() {
  const clock = pace();
  if (!clock) return;
  byId("clock-mode").textContent = { real: "", manual: "paused", scale: `${clock.rate}×` }[clock.mode];
  byId("clock").dataset.mode = clock.mode;
  byId("clock-time").textContent = time(now(), { now: Date.now() / 1000 });
}

function showTheme(theme) {
  const button = byId("theme");
  button.setAttribute("aria-label", `Theme: ${NAMES[theme]}`);
  button.title = `Theme: ${NAMES[theme]}`;
}

function changeTheme() {
  const theme = NEXT[document.documentElement.dataset.theme ?? ""];
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try { localStorage.setItem("voxdouble-theme", theme); } catch { /* the choice then lasts as long as the page */ }
  showTheme(theme);
  document.dispatchEvent(new Event("theme"));
}

watch((activity) => {
  const lost = byId("connection");
  const text = activity ? "" : "The mock does not answer";
  if (lost.textContent !== text) lost.textContent = text;
  lost.hidden = Boolean(activity);
});
setInterval(() => { if (!document.hidden) showClock(); }, 250);
byId("theme").addEventListener("click", changeTheme);
showTheme(document.documentElement.dataset.theme ?? "");
