// What the first caches miss by their size: a line joins placements that differ in the size alone.
import * as Plot from "@observablehq/plot";
import {figure} from "./dom.js";
import {nameDots} from "./bill.js";
import {color, cut, isAgain, plot} from "./look.js";
import {estimate, number, short} from "./format.js";
import {logTicks} from "./ticks.js";

// sizeText writes a size in the units of the axis.
function sizeText(bytes) {
  const k = Math.max(0, Math.min(5, Math.floor(Math.log10(bytes) / 3 + 1e-9)));
  return `${number(bytes / 1000 ** k, bytes / 1000 ** k < 10 && !Number.isInteger(bytes / 1000 ** k) ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB", "PB"][k]}`;
}

export function drawMissCurves(state, width) {
  const curves = (state.of.miss_curves ?? []).map(c => ({...c, points: c.points.filter(p => state.on[p.p])})).filter(c => c.points.length > 1);
  if (!curves.length) return null;
  const points = curves.flatMap(c => c.points), sizes = points.map(p => p.bytes), domain = [Math.min(...sizes) * .8, Math.max(...sizes) * 1.35], ticks = logTicks(domain, width);
  const drawing = plot({
    width, height: 290, marginLeft: 50, marginRight: 20, marginTop: 20, marginBottom: 40, color: {type: "identity"},
    x: {type: "log", domain, label: null}, y: {domain: [0, 100], label: "requests that miss, %", labelArrow: "none", ticks: 5},
    ariaLabel: `Requests that miss by the size of each first cache: ${points.map(p => `${state.name(p.p)} ${sizeText(p.bytes)}, ${short(p.missed, "%")}`).join("; ")}`,
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}), Plot.axisX(ticks, {text: sizeText, label: "size of each cache", labelAnchor: "center", labelArrow: "none", tickSize: 4}),
      ...curves.map(c => Plot.line(c.points, {x: "bytes", y: p => p.missed[0], stroke: "var(--faint)"})),
      Plot.link(points.filter(p => p.missed.length > 1), {x1: "bytes", x2: "bytes", y1: p => p.missed[1], y2: p => p.missed[2], stroke: p => color(p.p), strokeWidth: 2}),
      Plot.dot(points, {x: "bytes", y: p => p.missed[0], r: 4.5, fill: p => isAgain(p.p) ? "var(--paper)" : color(p.p), stroke: p => color(p.p), strokeWidth: 2}),
      Plot.tip(points, Plot.pointer({x: "bytes", y: p => p.missed[0], title: p => `${state.name(p.p)}\n${sizeText(p.bytes)}\n${estimate(p.missed, "%")} miss`, fill: "var(--paper)"})),
    ],
  });
  nameDots(drawing, points.map(p => ({x: p.bytes, y: p.missed[0], name: cut(state.name(p.p), 170, points.map(o => state.name(o.p)))})), width, curves.map(c => c.points.map(p => [p.bytes, p.missed[0]])));
  return figure({
    title: "What the caches miss, by their size", drawing,
    note: `A miss is a request that the first cache it met did not answer. Lines join placements whose first caches differ in size alone${curves.length > 1 ? `: ${curves.map(c => c.name).join("; ")}` : ` (${curves[0].name})`}.`,
    data: () => ({
      caption: "misses by the size of each first cache", columns: ["placement", "policy", "size of each", "misses, %"], texts: 2,
      rows: curves.flatMap(c => c.points.map(p => [state.name(p.p), c.name, sizeText(p.bytes), estimate(p.missed)])),
    }),
  });
}
