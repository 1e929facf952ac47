// The namespaces, each with a link to its own console, and the reset of this one.

import { control, read, BASE } from "./http.js";
import { byId, h, notify } from "./dom.js";
import { count, counted, duration } from "./format.js";
import { refresh, watch } from "./live.js";

const [, root, own = ""] = BASE.pathname.match(/^(.*?\/)(?:_ns\/([^/]+)\/)?$/);
const INTERVAL = 5000;
let shownAt = 0;

/** Return the address of the console of a namespace; the empty name is that of the default one. */
function consoleOf(name) {
  return name ? `${root}_ns/${encodeURIComponent(name)}/_mock/` : `${root}_mock/`;
}

async function show() {
  if (performance.now() - shownAt < INTERVAL && shownAt) return;
  shownAt = performance.now();
  const { namespaces } = await read(`${root}_mock/namespaces`);
  const shown = namespaces.slice(0, 100);
  byId("namespaces").replaceChildren(...shown.map((one) => h("li", {},
    h("a", { href: consoleOf(one.name), "aria-current": one.name === own ? "page" : null }, one.name || "default"),
    one.name === own ? [" ", h("span", { class: "tag" }, "this one")] : null,
    h("span", { class: "muted" }, ` · ${counted(one.tasks, "task")} · ${counted(one.requests, "request")} · idle for ${duration(one.idle)}`))),
  namespaces.length > shown.length ? h("li", { class: "muted" }, `and ${count(namespaces.length - shown.length)} more`) : "");
}

byId("namespace").addEventListener("submit", (event) => {
  event.preventDefault();
  location.href = consoleOf(event.target.elements.name.value);
});
byId("reset").addEventListener("click", () => byId("reset-dialog").showModal());
byId("reset-dialog").addEventListener("close", async (event) => {
  if (event.target.returnValue !== "reset") return;
  event.target.returnValue = "";
  await control("reset", { method: "POST" });
  notify("The namespace is reset.");
  document.dispatchEvent(new Event("reset-done"));
  shownAt = 0;
  await refresh();
});
watch((activity) => { if (activity) show().catch(() => {}); });
