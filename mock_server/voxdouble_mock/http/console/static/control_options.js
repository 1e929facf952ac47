// The options of the namespace that can be changed while the mock runs.

import { read, write } from "./http.js";
import { byId, notify } from "./dom.js";

const fields = byId("options").querySelectorAll("select");

function show(options) {
  for (const field of fields) field.value = options[field.name];
}

byId("options").addEventListener("change", async (event) => {
  byId("options-problem").textContent = "";
  try {
    show(await write("PUT", "options", { [event.target.name]: event.target.value }));
    notify("The option is changed.");
  } catch (error) {
    byId("options-problem").textContent = error.message;
  }
});
const update = () => read("options").then(show, (error) => { byId("options-problem").textContent = error.message; });
document.addEventListener("reset-done", update);
update();
