// The answer of a search: the alternatives by what was asked for, and what the choice depends on.
import * as Plot from "@observablehq/plot";
import {el, figure, table} from "./dom.js";
import {cut, nameWidth, plot} from "./look.js";
import {estimate, number, short} from "./format.js";

export function drawSearch(state, width) {
  const s = state.data.search;
  if (!s) return null;
  return el("div", {}, s.objectives.length === 2 ? front(s, width) : ranking(s, width), alternatives(s),
    s.sites || s.tornado ? el("div", {class: "halves"}, s.sites && chosen(s, width), s.tornado && tornado(s, width)) : null);
}

const half = width => width >= 940 ? (width - 32) / 2 : width;

function ranking(s, width) {
  const o = s.objectives[0], rows = s.alternatives.filter(a => a.v[0]).slice(0, 30), left = Math.min(width * .42, 330), row = 22;
  const base = s.alternatives.find(a => a.baseline);
  const drawing = plot({
    width, height: rows.length * row + 44, marginLeft: left, marginRight: 70, marginTop: 6, marginBottom: 38,
    x: {label: `${o.name}, ${o.unit}`, labelAnchor: "center", labelArrow: "none", nice: true, ticks: 6}, y: {domain: [-.5, rows.length - .5], reverse: true, axis: null}, color: {type: "identity"},
    ariaLabel: `Alternatives by ${o.name}: ${rows.slice(0, 5).map(a => `${a.name} ${estimate(a.v[0], o.unit)}`).join("; ")}`,
    marks: [
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}),
      base?.v[0] ? Plot.ruleX([base.v[0][0]], {stroke: "var(--p0)", strokeDasharray: "2,3"}) : null,
      Plot.ruleY(rows.filter(a => a.v[0].length > 1), {y: a => rows.indexOf(a), x1: a => a.v[0][1], x2: a => a.v[0][2], stroke: a => a.baseline ? "var(--p0)" : "var(--p1)", strokeWidth: 2.5}),
      Plot.dot(rows.filter(a => a.expected[0] !== null), {x: a => a.expected[0], y: a => rows.indexOf(a), stroke: "var(--faint)", r: 4}),
      Plot.dot(rows, {x: a => a.v[0][0], y: a => rows.indexOf(a), fill: a => a.baseline ? "var(--p0)" : a.breaks ? "var(--faint)" : "var(--p1)", r: 4.5}),
      Plot.text(rows, {frameAnchor: "left", y: (_, k) => k, text: a => cut(a.name, left - 14, rows.map(r => r.name)), dx: -8, textAnchor: "end"}),
      Plot.text(rows, {frameAnchor: "right", y: (_, k) => k, text: a => short(a.v[0]), dx: 8, textAnchor: "start"}),
    ],
  });
  return figure({title: "The alternatives, the best first", note: "Dots: simulated, with intervals. Circles: what the surrogate expected. Dotted: the baseline.", drawing});
}

function front(s, width) {
  const [a, b] = s.objectives, points = s.alternatives.filter(p => p.v[0] && p.v[1]);
  const drawing = plot({
    width: Math.min(width, 760), height: 380, marginLeft: 56, marginRight: 30, marginTop: 20, marginBottom: 40, inset: 12, color: {type: "identity"},
    x: {label: `${a.name}, ${a.unit}`, labelAnchor: "center", labelArrow: "none"}, y: {label: `${b.name}, ${b.unit}`, labelArrow: "none"},
    ariaLabel: `Alternatives by ${a.name} and ${b.name}`,
    marks: [
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}), Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.line(points.filter(p => p.front).sort((p, q) => p.v[0][0] - q.v[0][0]), {x: p => p.v[0][0], y: p => p.v[1][0], stroke: "var(--p1)", strokeDasharray: "3,3"}),
      Plot.dot(points, {x: p => p.v[0][0], y: p => p.v[1][0], fill: p => p.baseline ? "var(--p0)" : p.front ? "var(--p1)" : "var(--faint)", r: p => p.front || p.baseline ? 5.5 : 3.5}),
      Plot.tip(points, Plot.pointer({x: p => p.v[0][0], y: p => p.v[1][0], title: p => `${p.name}\n${estimate(p.v[0], a.unit)}\n${estimate(p.v[1], b.unit)}`, fill: "var(--paper)"})),
    ],
  });
  return figure({title: "The alternatives by both objectives", note: "Blue: no other is better in both. Black: the baseline.", drawing});
}

function alternatives(s) {
  const hasBest = s.alternatives.some(a => a.best !== undefined), hasMoney = s.alternatives.some(a => a.money);
  return table({
    caption: "Alternatives", columns: ["sites", ...s.objectives.flatMap(o => [`${o.name}, ${o.unit}`, "expected"]), ...(hasBest ? ["P(best), %"] : []), ...(hasMoney ? ["a month"] : []), "breaks"],
    rows: s.alternatives.slice(0, 40).concat(s.alternatives.length > 40 ? s.alternatives.slice(-1) : []).map(a => [a.name + (a.baseline ? " (baseline)" : ""), ...s.objectives.flatMap((_, k) => [estimate(a.v[k]), a.expected[k] === null ? "" : number(a.expected[k])]),
      ...(hasBest ? [a.best === undefined ? "" : number(100 * a.best, 0)] : []), ...(hasMoney ? [a.money ? estimate(a.money) : ""] : []), a.breaks ?? ""]),
  });
}

function chosen(s, width) {
  const rows = s.sites.slice(0, 20), w = half(width), left = nameWidth(rows.map(r => r.site), w), row = 22;
  return figure({
    title: "How often each site is chosen", note: s.chosen_note,
    drawing: plot({
      width: w, height: rows.length * row + 40, marginLeft: left, marginRight: 44, marginTop: 4, marginBottom: 34, color: {type: "identity"},
      x: {domain: [0, 100], label: "% of the variations", labelAnchor: "center", labelArrow: "none", ticks: 5}, y: {domain: [-.5, rows.length - .5], reverse: true, axis: null},
      ariaLabel: rows.map(r => `${r.site} ${number(r.share, 0)} %`).join("; "),
      marks: [Plot.rect(rows, {x1: 0, x2: "share", y1: (_, k) => k - .35, y2: (_, k) => k + .35, fill: r => r.is_best ? "var(--p1)" : "var(--p6)"}),
        Plot.text(rows, {frameAnchor: "left", y: (_, k) => k, text: r => cut(r.site, left - 12, rows.map(o => o.site)), dx: -8, textAnchor: "end"}),
        Plot.text(rows, {x: "share", y: (_, k) => k, text: r => `${number(r.share, 0)}`, dx: 5, textAnchor: "start"})],
    }),
  });
}

function tornado(s, width) {
  const rows = s.tornado.slice(0, 20), w = half(width), left = nameWidth(rows.map(r => r.input), w), row = 24, o = s.objectives[0];
  const middle = s.alternatives[0].expected[0];
  return figure({
    title: `What moves ${o.name}`, note: s.moved_note,
    drawing: plot({
      width: w, height: rows.length * row + 44, marginLeft: left, marginRight: 24, marginTop: 4, marginBottom: 36, color: {type: "identity"},
      x: {label: `${o.name}, ${o.unit}, expected`, labelAnchor: "center", labelArrow: "none", ticks: 5, nice: true}, y: {domain: [-.5, rows.length - .5], reverse: true, axis: null},
      ariaLabel: rows.map(r => `${r.input}: ${number(r.low)} to ${number(r.high)}`).join("; "),
      marks: [Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}),
        Plot.rect(rows, {x1: () => middle, x2: "low", y1: (_, k) => k - .36, y2: (_, k) => k, fill: "var(--p1)"}), Plot.rect(rows, {x1: () => middle, x2: "high", y1: (_, k) => k, y2: (_, k) => k + .36, fill: "var(--p6)"}),
        Plot.text(rows, {frameAnchor: "left", y: (_, k) => k, text: r => cut((r.else ? "◆ " : "") + r.input, left - 12), dx: -8, textAnchor: "end"})],
    }),
    data: () => ({caption: `${o.name}, ${o.unit}`, columns: ["input", "a fifth less", "a fifth more", "then the best"], rows: rows.map(r => [r.input, number(r.low), number(r.high), r.else ?? ""])}),
  });
}
