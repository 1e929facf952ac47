// The request log as this page knows it: read once, and then only the entries that are new.

import { read } from "./http.js";

let entries = [];
let newest = 0;

/** Return the entries, oldest first. */
export function logged() {
  return entries;
}

/** Read the entries that are missing; `latest` is the number of the newest one. Return whether something changed. */
export async function readLog(latest, again = false) {
  if (latest === newest && !again) return false;
  if (latest < newest || again) {
    entries = [];
    newest = 0;
  }
  const found = (await read(`requests?since=${newest}`)).requests;
  entries = [...entries, ...found].slice(-1000);
  newest = Math.max(latest, found.at(-1)?.number ?? 0);
  return true;
}
