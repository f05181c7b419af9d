// Games: what further sites do to the wait for a match, the worst player of every match, and the matches at every site, hour by hour.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {nameDots} from "./bill.js";
import {distribution} from "./latency.js";
import {color, cut, dash, isAgain, legend, plot} from "./look.js";
import {estimate, number, short} from "./format.js";
import {endRoom, nameEnds, together} from "./labels.js";
import {tickText} from "./ticks.js";

// The distributions of games that are drawn, and what the share on the axis is of.
const curves = [["worst_rtt", "The worst player of a full match", "full matches within"], ["player_display", "From input to display, each player's median", "players within"]];

export function drawGameCharts(state, width) {
  const columns = width >= 940 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
  const drawn = curves.map(([metric, title, of]) => {
    const c = state.of.curves?.find(c => c.metric === metric), shown = c ? state.shown.filter(i => c.lines[i]) : [];
    return shown.length ? [shown, distribution(state, c, shown, each, "within", {title, of})] : null;
  }).filter(Boolean);
  const parts = [waits(state, each), ...drawn.map(([shown, d]) => d.isNamed ? d.figure : el("div", {}, legend(state, shown), d.figure))].filter(Boolean);
  const hours = occupancy(state, each, columns);
  return parts.length || hours ? el("div", {}, parts.length ? el("div", {class: "halves"}, ...parts) : null, hours) : null;
}

// waits draws the mean wait for the first match against the number of sites where somebody plays.
function waits(state, width) {
  const w = state.of.waits;
  if (!w) return null;
  const points = state.shown.filter(i => w.waits[i]).map(i => ({i, x: w.sites[i], e: w.waits[i]}));
  if (points.length < 2) return null;
  const most = Math.max(...points.map(p => p.x)), step = Math.max(1, Math.ceil((most + 1) / Math.max(4, width / 60)));
  const drawing = plot({
    width, height: 280, marginLeft: 50, marginRight: 20, marginTop: 20, marginBottom: 40, color: {type: "identity"},
    x: {domain: [0, most + 1], label: null}, y: {domain: [0, Math.max(...points.flatMap(p => p.e)) * 1.08 || 1], label: "mean wait, s", labelArrow: "none", ticks: 5, tickFormat: tickText},
    ariaLabel: `Wait for the first match by number of sites: ${points.map(p => `${state.name(p.i)} ${p.x}, ${short(p.e, "s")}`).join("; ")}`,
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(Array.from({length: Math.floor((most + 1) / step) + 1}, (_, k) => k * step), {text: String, label: "sites where somebody plays", labelAnchor: "center", labelArrow: "none", tickSize: 4}),
      Plot.link(points.filter(p => p.e.length > 1), {x1: "x", x2: "x", y1: p => Math.max(0, p.e[1]), y2: p => p.e[2], stroke: p => color(p.i), strokeWidth: 2}),
      Plot.dot(points, {x: "x", y: p => p.e[0], r: 4.5, fill: p => isAgain(p.i) ? "var(--paper)" : color(p.i), stroke: p => color(p.i), strokeWidth: 2}),
      Plot.tip(points, Plot.pointer({x: "x", y: p => p.e[0], title: p => `${state.name(p.i)}\n${p.x} ${p.x === 1 ? "site" : "sites"}\n${estimate(p.e, "s")}${w.gave_up[p.i] ? `\n${number(w.gave_up[p.i])} % gave up` : ""}`, fill: "var(--paper)"})),
    ],
  });
  const isAt = (a, b) => a.x === b.x && a.e[0] === b.e[0];
  const dots = points.filter((p, n) => points.findIndex(o => isAt(o, p)) === n).map(p => ({x: p.x, y: p.e[0], name: cut(together(points.filter(o => isAt(o, p)).map(o => state.name(o.i))), 190)}));
  nameDots(drawing, dots, width, points.filter(p => p.e.length > 1).map(p => [[p.x, Math.max(0, p.e[1])], [p.x, p.e[2]]]));
  return figure({
    title: "Wait for the first match, by number of sites", note: "Of the players who got a match, logging in included; who gave up stands in the table.", drawing,
    data: () => ({
      caption: "mean wait for the first match", columns: ["placement", "sites", "wait, s", "gave up, %"],
      rows: points.map(p => [state.name(p.i), String(p.x), estimate(p.e), number(w.gave_up[p.i] ?? 0)]),
    }),
  });
}

// occupancy draws the matches of each site, hour by hour: a drawing a placement, a line a site.
function occupancy(state, width, columns) {
  const h = state.of.hours;
  if (!h) return null;
  const shown = state.shown.filter(i => h.by[i]?.length);
  const high = Math.max(1, ...shown.flatMap(i => h.by[i].flatMap(s => s.matches.flatMap(e => e ?? 0)))) * 1.05;
  const drawn = shown.map(i => hoursOf(state, h, i, width, high));
  return drawn.length ? el("div", {}, el("h3", {}, "Matches at once, by site and hour"),
    el("p", {class: "note"}, `Means over an hour, times of day in UTC. Here each line is a site.${h.by.some(all => all?.some(s => s.matches.some(e => e?.length > 1))) ? ` Bands: ${number(100 * state.data.level, 0)} % intervals.` : ""} In tables: what hosts all matches for 99.9 % of the busiest hour.`),
    el("div", {class: columns > 1 && drawn.length > 1 ? "halves" : undefined}, ...drawn)) : null;
}

function hoursOf(state, h, placement, width, high) {
  const sites = h.by[placement], x = h.from_s.map(s => s / 3600), [first, last] = [x[0], Math.max(x.at(-1), x[0] + .1)];
  const beside = endRoom(sites.map(s => s.site), width, 200 - 46), px = width - 50 - Math.max(20, beside);
  const step = [.25, .5, 1, 2, 3, 6, 12, 24, 48, 96].find(s => (last - first) / s <= px / 58) ?? 168, ticks = [];
  for (let t = Math.ceil(first / step) * step; t <= last + 1e-9; t += step) ticks.push(t);
  const clock = t => { const m = Math.round(t * 60); return `${String(Math.floor(m / 60) % 24).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`; };
  const points = sites.flatMap((s, n) => s.matches.map((e, k) => ({n, x: x[k], y: e?.[0] ?? NaN, low: e?.[1] ?? NaN, high: e?.[2] ?? NaN})));
  const more = h.left_out[placement], title = state.name(placement) + (more ? `: the busiest ${sites.length} of ${sites.length + more} sites` : "");
  const drawing = plot({
    width, height: 200, marginLeft: 50, marginRight: Math.max(20, beside), marginTop: 8, marginBottom: 38, color: {type: "identity"},
    x: {domain: [first, last], label: null}, y: {domain: [0, high], label: null, ticks: 4, tickFormat: tickText},
    ariaLabel: `Matches at once under ${state.name(placement)}: ${sites.map(s => `${s.site} up to ${number(Math.max(...s.matches.map(e => e?.[0] ?? 0)))}`).join("; ")}`,
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}), Plot.axisX(ticks, {text: clock, label: "time of day", labelAnchor: "center", labelArrow: "none", tickSize: 4}),
      ...sites.map((_, n) => Plot.areaY(points.filter(d => d.n === n), {x: "x", y1: d => Math.max(0, d.low), y2: d => Math.min(high, d.high), fill: color(n), fillOpacity: .16})),
      ...sites.map((_, n) => Plot.line(points.filter(d => d.n === n), {x: "x", y: "y", stroke: color(n), strokeWidth: 1.8, strokeDasharray: dash(n)})),
    ],
  });
  const sx = drawing.scale("x"), sy = drawing.scale("y");
  if (beside) nameEnds(drawing, sites.map((s, n) => ({number: n, name: s.site, points: points.filter(d => d.n === n && !Number.isNaN(d.y)).map(d => [sx.apply(d.x), sy.apply(d.y)])})).filter(l => l.points.length), width - beside, [8, 200 - 38], width);
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), at = sx.invert((e.clientX - b.left) * width / b.width);
    const k = x.reduce((best, t, n) => Math.abs(t - at) < Math.abs(x[best] - at) ? n : best, 0);
    showTip(tipLines(`about ${clock(x[k])}`, sites.map((s, n) => [n, s.site, estimate(s.matches[k])])), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  return figure({
    title, drawing, legend: beside ? null : el("ul", {class: "legend"}, ...sites.map((s, n) => el("li", {}, el("i", {class: `key p${n}`}), s.site))),
    data: () => ({
      caption: `Matches at once, by hour: ${state.name(placement)}`, columns: ["about", ...sites.map(s => s.site)],
      rows: [...x.map((t, k) => [clock(t), ...sites.map(s => s.matches[k] ? estimate(s.matches[k]) : "")]), ["cores for 99.9 %", ...sites.map(s => number(s.cores))]],
    }),
  });
}
