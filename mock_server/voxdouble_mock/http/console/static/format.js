// Numbers and times for people.

/** Return a duration such as 0.25 s, 12 s, 3 min or 2 h. */
export function duration(seconds) {
  const value = Math.max(0, seconds);
  if (value < 10) return `${Number(value.toFixed(2))} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  if (value < 172800) return `${Math.round(value / 3600)} h`;
  return `${Math.round(value / 86400)} days`;
}

/** Return a time of day, with milliseconds if they are asked for, and with the date unless it is that of `now`. */
export function time(seconds, { now = null, precise = false } = {}) {
  const date = new Date(seconds * 1000);
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  if (precise) options.fractionalSecondDigits = 3;
  const text = date.toLocaleTimeString("en-GB", options);
  const other = now !== null && date.toDateString() !== new Date(now * 1000).toDateString();
  return other ? `${date.toLocaleDateString("en-CA")} ${text}` : text;
}

/** Return a size such as 160 KB. */
export function bytes(count) {
  if (count < 1000) return `${count} bytes`;
  if (count < 1e6) return `${Number((count / 1e3).toFixed(1))} KB`;
  return `${Number((count / 1e6).toFixed(1))} MB`;
}

/** Return a whole number with separators. */
export function count(number) {
  return number.toLocaleString("en-US");
}

/** Return a number of things in words, such as 1 task or 2 tasks. */
export function counted(number, thing) {
  return `${count(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/** Return the name of a technology in words, without what all technologies of a family share. */
export function technologyName(technology) {
  return technology.replace(/^speaker-identification-/, "").replaceAll("-", " ");
}
