// Requests to the mock: its control routes, and the vendor's routes as a client sees them.

import { byId } from "./dom.js";

/** The URL of /_mock/, and the base URL of the appliance; they work behind every prefix of a proxy. */
export const HOME = new URL("../../", import.meta.url);
export const BASE = new URL("../", HOME);
const TOKEN = `voxdouble-token ${BASE.pathname}`;

/** An error response: its status and its message. */
export class ApiError extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Whether the mock requires a token. */
export const needsToken = document.documentElement.dataset.needsToken === "yes";

/** Return the response to a request below /_mock/; throws ApiError for an error response. */
export async function control(path, options = {}) {
  return send(new URL(path, HOME), options);
}

/** Return the JSON body of a GET below /_mock/. */
export async function read(path, options = {}) {
  return (await control(path, options)).json();
}

/** Return the JSON body of the response to a JSON body. */
export async function write(method, path, body) {
  return (await control(path, { method, body: JSON.stringify(body) })).json();
}

/** Return the response to a request to the appliance's own routes; throws ApiError for an error response. */
export async function appliance(path, options = {}) {
  return send(new URL(path, BASE), options);
}

/** Return the headers that carry the token. */
export function tokenHeaders() {
  const token = needsToken ? sessionStorage.getItem(TOKEN) : null;
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function send(url, options) {
  if (needsToken && !sessionStorage.getItem(TOKEN)) await askForToken("");
  for (;;) {
    const sent = tokenHeaders();
    const response = await fetch(url, { cache: "no-store", ...options, headers: { ...options.headers, ...sent } });
    if (response.ok) return response;
    const error = await errorOf(response);
    if (!(needsToken && response.status === 403 && error.message.includes("requires its token"))) throw error;
    if (tokenHeaders().Authorization === sent.Authorization) await askForToken("The mock refused this token.");
  }
}

async function errorOf(response) {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    return new ApiError(response.status, body.message, body);
  } catch {
    return new ApiError(response.status, `The response has the status ${response.status}.`, null);
  }
}

let asking = null;

/** Ask for the token once, for however many requests wait for it. */
function askForToken(problem) {
  asking ??= new Promise((resolve) => {
    const dialog = byId("token-dialog");
    byId("token-problem").textContent = problem;
    byId("token").value = "";
    dialog.addEventListener("cancel", (event) => event.preventDefault(), { once: true });
    dialog.addEventListener("close", () => {
      asking = null;
      sessionStorage.setItem(TOKEN, byId("token").value.trim());
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}
