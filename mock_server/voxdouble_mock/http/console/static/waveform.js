// The waveform of each channel, with the speech that was found marked on it.

import { h } from "./dom.js";
import { duration } from "./format.js";

const WIDTH = 1000;
const HEIGHT = 72;

function shape(peaks) {
  const step = WIDTH / Math.max(1, peaks.length);
  const y = (value) => (HEIGHT / 2 - value * (HEIGHT / 2 - 2)).toFixed(1);
  const above = peaks.map(([, most], index) => `${(index * step).toFixed(1)} ${y(most)}`);
  const below = peaks.map(([least], index) => `${(index * step).toFixed(1)} ${y(least)}`).reverse();
  return peaks.length ? `M${[...above, ...below].join("L")}Z` : "";
}

function channelView(channel, seconds) {
  const place = (at) => (at / Math.max(seconds, 0.001)) * WIDTH;
  const marks = channel.speech.map(([from, to]) => h("rect", { class: "speech", x: place(from), y: 0, width: Math.max(1, place(to) - place(from)), height: HEIGHT },
    h("title", {}, `Speech from ${from.toFixed(2)} s to ${to.toFixed(2)} s`)));
  const label = `Channel ${channel.channel_number}: ${duration(channel.speech_length)} of speech in ${channel.speech.length} ${channel.speech.length === 1 ? "part" : "parts"}`;
  return h("figure", {}, h("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    marks, h("path", { class: "wave", d: shape(channel.peaks) })), h("figcaption", {}, label));
}

/** Return the drawings of an analysis. */
export function waveform(analysis) {
  const about = `${duration(analysis.seconds)} · ${analysis.sample_rate} Hz · ${analysis.channel_count} ${analysis.channel_count === 1 ? "channel" : "channels"}`;
  const more = analysis.channel_count - analysis.channels.length;
  return [h("p", { class: "muted" }, about + (more ? `, of which ${analysis.channels.length} are shown` : "")), ...analysis.channels.map((channel) => channelView(channel, analysis.seconds))];
}
