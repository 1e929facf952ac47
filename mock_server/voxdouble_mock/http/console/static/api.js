// The interface: the OpenAPI document, rendered by swagger-ui, and the statements of the contract.

import { read, tokenHeaders, BASE, HOME } from "./http.js";
import { byId, h } from "./dom.js";
import { count } from "./format.js";

const filters = byId("statement-filters");
let statements = [];

async function showDocument() {
  const spec = await read("openapi.json");
  byId("generation").textContent = `generation ${spec.info.version}`;
  delete spec.jsonSchemaDialect; // swagger-ui warns about every value but its own
  spec.servers = [{ url: BASE.href.replace(/\/$/, ""), description: "this mock" }];
  window.SwaggerUIBundle({
    spec,
    dom_id: "#swagger",
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    syntaxHighlight: { activated: false },
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (new URL(request.url, HOME).origin === HOME.origin) Object.assign(request.headers, tokenHeaders());
      return request;
    },
  });
}

async function showFidelity() {
  ({ statements } = await read("fidelity"));
  const grades = [...new Set(statements.map((one) => one.grade))];
  byId("grades").append(...grades.map((grade) => h("label", {}, h("input", { type: "radio", name: "grade", value: grade }),
    h("span", {}, `${grade} `, h("b", { "data-count": grade }, "0")))));
  draw();
}

function draw() {
  const { grade, text } = Object.fromEntries(new FormData(filters));
  const wanted = text.trim().toLowerCase();
  const fitting = statements.filter((one) => !wanted || one.id.toLowerCase() === wanted || one.text.toLowerCase().includes(wanted));
  for (const place of filters.querySelectorAll("[data-count]")) {
    place.textContent = count(fitting.filter((one) => !place.dataset.count || one.grade === place.dataset.count).length);
  }
  const shown = fitting.filter((one) => !grade || one.grade === grade);
  byId("fidelity-count").textContent = `${shown.length} of ${statements.length} statements`;
  document.querySelector("#statements tbody").replaceChildren(...shown.map((one) => h("tr", {}, h("th", { scope: "row" }, one.id),
    h("td", {}, h("span", { class: `tag grade-${one.grade}` }, one.grade)), h("td", {}, one.text.replaceAll("`", "")), h("td", { class: "muted" }, one.source.join(", ")))));
}

filters.addEventListener("input", draw);
filters.addEventListener("submit", (event) => event.preventDefault());
showDocument().catch((error) => { byId("swagger-problem").textContent = error.message; });
showFidelity().catch((error) => { byId("fidelity-count").textContent = error.message; });
