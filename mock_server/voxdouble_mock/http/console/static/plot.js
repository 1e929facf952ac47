// Small plots: the numbers of a vector as bars around zero.

import { h } from "./dom.js";

/** Return a plot of at most 128 numbers. */
export function vectorPlot(numbers) {
  const most = Math.max(...numbers.map(Math.abs), 1e-9);
  const bars = numbers.slice(0, 128).map((number, index) => {
    const height = Math.max(0.4, (Math.abs(number) / most) * 27);
    return h("rect", { x: index * 4, y: number < 0 ? 28 : 28 - height, width: 3, height });
  });
  return h("svg", { class: "plot", viewBox: "0 0 512 56", preserveAspectRatio: "none", role: "img",
    "aria-label": `The ${numbers.length} numbers of the vector, from ${Math.min(...numbers).toFixed(3)} to ${Math.max(...numbers).toFixed(3)}` },
    h("line", { x1: 0, x2: 512, y1: 28, y2: 28 }), bars);
}
