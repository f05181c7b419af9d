// What it costs: bills by item, and the bill against what users have of it.
import * as Plot from "@observablehq/plot";
import {el, figure, svg, table} from "./dom.js";
import {bars, swatch} from "./breakdown.js";
import {causeColor, color, cut, plot} from "./look.js";
import {estimate, number, short, signed} from "./format.js";
import {together} from "./labels.js";
import {strip} from "./strips.js";
import {tickText} from "./ticks.js";

export function drawBill(state, width) {
  const bill = state.data.bill;
  if (!bill) return null;
  const columns = width >= 940 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
  const total = {title: `Bill, ${bill.currency} a month`, unit: "", v: bill.total, d: bill.more};
  const items = bill.items.map(p => ({statistic: p.name, v: p.v})), causes = items.map(f => f.statistic);
  const stack = bars(state, items, "bill by item", causes, each, {title: "The bill by item", note: "On the mean of the replications.", axis: `${bill.currency} a month`, unit: bill.currency});
  const key = el("ul", {class: "legend"}, ...causes.map((c, k) => el("li", {}, swatch(causeColor(k)), c)));
  const shown = state.shown.filter(i => bill.total[i]);
  // A point is called after its workload, of whose name another's may be the beginning.
  const owner = p => state.data.workloads.map(w => w.name).filter(n => p.name.startsWith(`${n} `)).sort((a, b) => b.length - a.length)[0];
  const ofWorkload = bill.points.filter(p => owner(p) === state.of.name);
  return el("div", {}, el("div", {class: "halves"}, el("div", {}, strip(state, total, {width: each}), stack && key, stack), pareto(state, bill, shown, each)),
    table({caption: `Bill by item, ${bill.currency} a month`, columns: ["item", ...shown.map(i => state.name(i))],
      rows: [...bill.items.map(p => [p.name, ...shown.map(i => p.v[i] ? short(p.v[i]) : "")]), ["all", ...shown.map(i => estimate(bill.total[i]))]]}),
    ofWorkload.length ? table({caption: `What a point of users in time costs more, ${bill.currency} a month`, columns: ["workload", ...shown.map(i => state.name(i))],
      rows: ofWorkload.map(p => [p.name, ...shown.map(i => p.v[i] ? estimate(p.v[i]) : "")])}) : null);
}

const isAt = (a, b) => a.x[0] === b.x[0] && a.y[0] === b.y[0];

// pareto draws each placement by its bill and its latency: what lies left and below is better in both.
function pareto(state, bill, shown, width) {
  const f = state.of.figures.find(f => f.metric === state.of.metric && f.statistic === "mean");
  const points = shown.filter(i => f?.v[i]).map(i => ({i, x: bill.total[i], y: f.v[i]}));
  if (points.length < 2) return null;
  // Placements that cost the same and do the same are one dot.
  const dots = points.filter((p, n) => points.findIndex(o => isAt(o, p)) === n).map(p => ({...p, name: together(points.filter(o => isAt(o, p)).map(o => state.name(o.i)))}));
  const front = points.filter(p => !points.some(o => o.x[0] <= p.x[0] && o.y[0] <= p.y[0] && (o.x[0] < p.x[0] || o.y[0] < p.y[0]))).sort((a, b) => a.x[0] - b.x[0]);
  const drawing = plot({
    width, height: 300, marginLeft: 52, marginRight: 24, marginTop: 20, marginBottom: 40, inset: 14, color: {type: "identity"},
    x: {label: `bill, ${bill.currency} a month`, labelAnchor: "center", labelArrow: "none", zero: true, tickFormat: tickText, ticks: Math.max(2, Math.min(5, width / 110))}, y: {label: `mean ${state.of.title}, ms`, labelArrow: "none", nice: true, tickFormat: tickText, ticks: 5},
    ariaLabel: `Bill and mean latency: ${points.map(p => `${state.name(p.i)} ${short(p.x, bill.currency)}, ${short(p.y, "ms")}`).join("; ")}`,
    marks: [
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}), Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.line(front, {x: p => p.x[0], y: p => p.y[0], curve: "step-after", stroke: "var(--faint)", strokeDasharray: "3,3"}),
      Plot.link(points.filter(p => p.x.length > 1), {x1: p => p.x[1], x2: p => p.x[2], y1: p => p.y[0], y2: p => p.y[0], stroke: p => color(p.i)}),
      Plot.link(points.filter(p => p.y.length > 1), {x1: p => p.x[0], x2: p => p.x[0], y1: p => p.y[1], y2: p => p.y[2], stroke: p => color(p.i)}),
      Plot.dot(dots, {x: p => p.x[0], y: p => p.y[0], fill: p => color(p.i), r: 5.5}),
      Plot.tip(dots, Plot.pointer({x: p => p.x[0], y: p => p.y[0], title: p => `${p.name}\n${estimate(p.x, bill.currency)} a month\n${estimate(p.y, "ms")}`, fill: "var(--paper)"})),
    ],
  });
  nameDots(drawing, dots.map(p => ({x: p.x[0], y: p.y[0], name: cut(p.name, 230, dots.map(o => o.name))})), width,
    [front.flatMap((p, k) => k ? [[p.x[0], front[k - 1].y[0]], [p.x[0], p.y[0]]] : [[p.x[0], p.y[0]]])]);
  return figure({
    title: `What the money buys: ${state.of.name}`, note: "Left is cheaper, below is faster. Dashed: the front, of those that no other beats in both.", drawing,
    data: () => ({caption: "bill and mean latency", columns: ["placement", `${bill.currency} a month`, "difference", "ms"], rows: points.map(p => [state.name(p.i), estimate(p.x), signed(bill.more[p.i]), estimate(p.y)])}),
  });
}

// nameDots writes names beside dots, moved until none covers another; nor `lines`, lists of [x, y], where that can be.
export function nameDots(drawing, dots, width, lines = []) {
  const x = drawing.scale("x"), y = drawing.scale("y"), taken = dots.map(d => [x.apply(d.x) - 6, y.apply(d.y) - 6, 12, 12]);
  const inked = lines.flatMap(l => l.slice(1).flatMap((to, k) => {
    const [ax, ay, bx, by] = [x.apply(l[k][0]), y.apply(l[k][1]), x.apply(to[0]), y.apply(to[1])], pieces = Math.ceil(Math.hypot(bx - ax, by - ay) / 4) || 1;
    return Array.from({length: pieces + 1}, (_, n) => [ax + (bx - ax) * n / pieces, ay + (by - ay) * n / pieces]);
  }));
  const isClear = b => !inked.some(([px, py]) => px > b[0] - 1 && px < b[0] + b[2] + 1 && py > b[1] && py < b[1] + b[3]);
  for (const d of dots) {
    const w = 6.4 * d.name.length, at = [x.apply(d.x), y.apply(d.y)];
    const places = [[9, 0], [-9 - w, 0], [-w / 2, -13], [-w / 2, 14], [9, -13], [9, 13], [-9 - w, -13], [-9 - w, 13], [9, -26], [9, 26]].map(([dx, dy]) => [at[0] + dx, at[1] + dy - 7, w, 14]);
    const isFree = b => b[0] > x.range[0] - 4 && b[0] + w < width && b[1] + b[3] < Math.max(...y.range) && !taken.some(t => b[0] < t[0] + t[2] && t[0] < b[0] + b[2] && b[1] < t[1] + t[3] && t[1] < b[1] + b[3]);
    const box = places.find(b => isFree(b) && isClear(b)) ?? places.find(isFree);
    if (!box) continue;
    taken.push(box);
    drawing.append(svg("text", {class: "name", "text-anchor": "start", x: box[0].toFixed(1), y: (box[1] + 11).toFixed(1)}, d.name));
  }
}
