// What happens over the time of a run: how many are answered, how fast, what caches hit; and which sites are down.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {color, cut, dash, legend, nameWidth, plot} from "./look.js";
import {number, withUnit} from "./format.js";
import {endRoom, nameEnds, together} from "./labels.js";
import {tickText} from "./ticks.js";

export function drawTimeline(state, width) {
  const series = state.of.series, events = state.data.events ?? [];
  const unit = state.data.run_s > 7200 ? ["h", 3600] : state.data.run_s > 300 ? ["min", 60] : ["s", 1];
  const axis = {unit: unit[0], t: s => s / unit[1], end: state.data.run_s / unit[1], warmUp: state.data.warm_up_s / unit[1]};
  const parts = [];
  if (series) {
    const shown = state.shown.filter((i, n) => series.requests[state.of.alike[i]] && state.shown.findIndex(o => state.of.alike[o] === state.of.alike[i]) === n);
    if (shown.length) {
      const columns = width >= 940 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
      // Lines are named beside their ends; where there is no room a legend does it.
      const names = shown.map(i => together(state.shown.filter(o => state.of.alike[o] === state.of.alike[i]).map(o => state.name(o))));
      const beside = endRoom(names, each, 210 - 46);
      parts.push(beside ? null : legend(state, shown), el("div", {class: "halves"},
        course(state, shown, axis, each, events, beside, {title: `Answered ${state.of.requests}, a second`, of: series.requests, unit: "a second", fromZero: true}),
        course(state, shown, axis, each, events, beside, {title: `Mean ${state.of.title}, ms`, of: series.ms, unit: "ms"}),
        series.hits && course(state, shown, axis, each, events, beside, {title: "Hits of those that were answered, %", of: series.hits, unit: "%"})));
    }
  }
  if (events.length) parts.push(failures(state, axis, width, events));
  return parts.length ? el("div", {}, series && el("p", {class: "note"}, `On the mean of the replications, of what was answered: what failed is missing in it. Grey: warm-up, which no figure counts.${events.length ? " Red: a site is down." : ""}`), ...parts) : null;
}

const base = (width, height, axis) => ({
  width, height, marginTop: 8, marginBottom: 38, color: {type: "identity"},
  x: {domain: [0, axis.end], label: `time of the run, ${axis.unit}`, labelAnchor: "center", labelArrow: "none", ticks: Math.max(3, Math.min(8, width / 90))},
});

function course(state, shown, axis, width, events, beside, {title, of, unit, fromZero}) {
  const step = state.of.series.step_s, rows = i => of[state.of.alike[i]] ?? [];
  const points = shown.flatMap(i => rows(i).map((y, k) => ({i, y: y ?? NaN, x: axis.t((k + .5) * step)}))); // a line has a gap where nobody was answered
  const ys = points.map(d => d.y).filter(y => !Number.isNaN(y));
  if (!ys.length) return null;
  const low = fromZero ? 0 : Math.min(...ys), high = Math.max(...ys), room = (high - low || high || 1) * .05;
  const drawing = plot({
    ...base(width, 210, axis), marginLeft: 50, marginRight: Math.max(12, beside),
    y: {domain: [Math.max(0, low - room), high + room], label: null, ticks: 4, tickFormat: tickText},
    ariaLabel: `${title} over time. ${events.map(e => e.text).join("; ")}`,
    marks: [
      axis.warmUp > 0 ? Plot.rect([0], {x1: 0, x2: axis.warmUp, y1: Math.max(0, low - room), y2: high + room, fill: "var(--panel)"}) : null,
      Plot.rect(events, {x1: e => axis.t(e.from_s), x2: e => Math.min(axis.end, axis.t(e.to_s)), y1: Math.max(0, low - room), y2: high + room, fill: "var(--worse-tint)", fillOpacity: .8}),
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}),
      ...shown.map(i => Plot.line(points.filter(d => d.i === i), {x: "x", y: "y", stroke: color(i), strokeWidth: 1.8, strokeDasharray: dash(i)})),
    ],
  });
  if (beside) {
    const x = drawing.scale("x"), y = drawing.scale("y");
    const lines = shown.map(i => ({
      number: i, name: together(state.shown.filter(o => state.of.alike[o] === state.of.alike[i]).map(o => state.name(o))),
      points: points.filter(d => d.i === i && !Number.isNaN(d.y)).map(d => [x.apply(d.x), y.apply(d.y)]),
    })).filter(l => l.points.length);
    nameEnds(drawing, lines, width - beside, [8, 210 - 38], width);
  }
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), k = Math.floor(drawing.scale("x").invert((e.clientX - b.left) * width / b.width) / axis.t(step));
    if (!(rows(shown[0]).length > k && k >= 0)) return hideTip();
    showTip(tipLines(`${number(axis.t(k * step), 2)} to ${number(axis.t((k + 1) * step), 2)} ${axis.unit}`, shown.map(i => [i, state.name(i), rows(i)[k] === null ? "none" : withUnit(number(rows(i)[k]), unit)])), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  return figure({
    title, drawing,
    data: () => ({
      caption: `${title}, over time`, columns: [`from, ${axis.unit}`, ...shown.map(i => state.name(i))],
      rows: rows(shown[0]).map((_, k) => [number(axis.t(k * step), 2), ...shown.map(i => rows(i)[k] === null || rows(i)[k] === undefined ? "" : number(rows(i)[k]))]),
    }),
  });
}

function failures(state, axis, width, events) {
  const names = [...new Set(events.map(e => e.site))], left = nameWidth(names, width), row = 30;
  const {t, unit} = axis, top = e => names.indexOf(e.site) - .28, bottom = e => names.indexOf(e.site) + .28;
  const drawing = plot({
    ...base(width, row * names.length + 50, axis), marginLeft: left, marginRight: 20, y: {domain: [-.5, names.length - .5], reverse: true, axis: null},
    ariaLabel: events.map(e => e.text).join("; "),
    marks: [
      axis.warmUp > 0 ? Plot.rect([0], {x1: 0, x2: axis.warmUp, y1: -.5, y2: names.length - .5, fill: "var(--panel)"}) : null,
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.rect(events, {x1: e => t(e.from_s), x2: e => Math.min(axis.end, t(e.to_s)), y1: top, y2: bottom, fill: "var(--worse-tint)", stroke: "var(--worse)"}),
      Plot.rect(events, {x1: e => t(e.from_s), x2: e => t(e.noted_s), y1: top, y2: bottom, fill: "var(--worse)"}),
      Plot.text(names, {frameAnchor: "left", y: (_, k) => k, text: n => cut(n, left - 12), dx: -8, textAnchor: "end"}),
    ],
  });
  return figure({
    title: "Sites that are down", note: "Dark: its users are still sent there. Light: they are served elsewhere.", drawing,
    data: () => ({caption: `failures, ${unit} of the run`, columns: ["site", "down from", "users sent elsewhere from", "up again"], rows: events.map(e => [e.site, number(t(e.from_s), 2), number(t(e.noted_s), 2), number(t(e.to_s), 2)])}),
  });
}
