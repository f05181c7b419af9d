// Where the time goes: bars of causes that sum to the latency.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {causeColor, causeInk, cut, nameWidth, plot} from "./look.js";
import {estimate, number} from "./format.js";
import {evenTicks, tickText} from "./ticks.js";

export function drawBreakdown(state, width) {
  const all = state.of.figures.filter(f => /breakdown/.test(f.metric) && state.shown.some(i => f.v[i]));
  const kinds = [...new Set(all.map(f => f.metric))];
  if (!kinds.length) return null;
  const causes = [...new Set(state.data.causes.concat(state.data.workloads.flatMap(w => w.figures.filter(f => /breakdown/.test(f.metric)).map(f => f.statistic))))];
  const here = causes.filter(c => all.some(f => f.statistic === c));
  const keyOf = names => el("ul", {class: "legend"}, ...names.map(c => el("li", {}, swatch(causeColor(causes.indexOf(c))), c)));
  // One legend for all, but where two causes have one colour: then each drawing, in which none has that of another, has its own.
  const isShared = new Set(here.map(c => causeColor(causes.indexOf(c)))).size === here.length;
  const columns = width >= 940 && kinds.length > 1 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
  return el("div", {}, isShared ? keyOf(here) : null, el("div", {class: columns > 1 ? "halves" : undefined}, ...kinds.map(k => {
    const figures = all.filter(f => f.metric === k);
    return bars(state, figures, k, causes, each, isShared ? {} : {legend: keyOf(here.filter(c => figures.some(f => f.statistic === c)))});
  })));
}

// named is what a further breakdown is of: "display breakdown" of display.
const named = kind => kind.replace(/breakdown( of)?/, "").replace(/[,:]/g, " ").replace(/\s+/g, " ").trim();

export function swatch(fill) {
  const node = el("i", {class: "swatch"});
  node.style.background = fill;
  return node;
}

// bars draws figures that sum to a whole, a bar a placement.
export function bars(state, figures, kind, causes, width, {title, note = "The parts sum to the whole.", axis, unit = "ms", legend} = {}) {
  const shown = state.shown.filter(i => figures.some(f => f.v[i])), row = 30;
  const ordered = [...figures].sort((a, b) => causes.indexOf(a.statistic) - causes.indexOf(b.statistic));
  const parts = shown.flatMap((i, k) => {
    let from = 0;
    return ordered.filter(f => f.v[i] && f.v[i][0] > 0).map(f => ({i, k, f, x1: from, x2: from += f.v[i][0]}));
  });
  if (!parts.length) return null;
  const total = i => Math.max(...parts.filter(p => p.i === i).map(p => p.x2));
  const most = Math.max(...shown.map(total)), left = nameWidth(shown.map(i => state.name(i)), width), right = 52;
  const px = (width - left - right) / most;
  const ticks = evenTicks([0, most], Math.max(3, Math.min(8, width / 90)));
  const drawing = plot({
    width, height: row * shown.length + 42, marginLeft: left, marginRight: right, marginTop: 6, marginBottom: 36,
    x: {domain: [0, most], label: null},
    y: {domain: [-.5, shown.length - .5], reverse: true, axis: null}, color: {type: "identity"},
    ariaLabel: `Where the time goes, by placement: ${shown.map(i => `${state.name(i)} ${number(total(i))} ${unit}`).join("; ")}`,
    marks: [
      Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(ticks, {text: tickText, tickSize: 4, label: axis ?? (kind === "breakdown" ? `mean ${state.of.caused}, ms` : `mean of ${named(kind)}, ms`), labelAnchor: "center", labelArrow: "none"}),
      Plot.rect(parts, {x1: "x1", x2: "x2", y1: d => d.k - .36, y2: d => d.k + .36, fill: d => causeColor(causes.indexOf(d.f.statistic)), stroke: "var(--paper)", strokeWidth: 1}),
      Plot.text(parts.filter(d => (d.x2 - d.x1) * px > 12 + 6 * d.f.statistic.length), {x: d => (d.x1 + d.x2) / 2, y: "k", text: d => d.f.statistic, fill: d => causeInk(causes.indexOf(d.f.statistic)), fontSize: 11}),
      Plot.text(shown, {frameAnchor: "left", y: (_, k) => k, text: i => cut(state.name(i), left - 12, shown.map(o => state.name(o))), dx: -8, textAnchor: "end"}),
      Plot.text(shown, {x: total, y: (_, k) => k, text: i => number(total(i), unit === "ms" ? 1 : 0), dx: 5, textAnchor: "start"}),
    ],
  });
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), x = ((e.clientX - b.left) * width / b.width - left) / px, k = Math.floor((e.clientY - b.top - 6) / row);
    const on = parts.find(p => p.k === k && x >= p.x1 && x < p.x2);
    if (!on) return hideTip();
    showTip(tipLines(`${on.f.statistic}, ${unit}`, shown.map(i => [i, state.name(i), estimate(on.f.v[i] ?? [0])])), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  return figure({
    title: title ?? (kind === "breakdown" ? "The mean, taken apart" : `${named(kind)[0].toUpperCase()}${named(kind).slice(1)}, taken apart`),
    note, legend,
    drawing,
    data: () => ({
      caption: `${kind}, ${unit}`, columns: ["placement", ...figures.map(f => f.statistic), "sum"],
      rows: shown.map(i => [state.name(i), ...figures.map(f => f.v[i] ? estimate(f.v[i]) : "0"), number(total(i), 1)]),
    }),
  });
}
