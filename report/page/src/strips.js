// A figure by placement: a dot and its interval a row, the value and the difference in words beside it.
import * as Plot from "@observablehq/plot";
import {el, figure, showTip, hideTip, tipLines} from "./dom.js";
import {color, cut, isAgain, nameWidth, plot} from "./look.js";
import {evenTicks, tickText} from "./ticks.js";
import {differenceUnit, estimate, number, range, short, signed} from "./format.js";

const marks = {better: "▲", worse: "▼", same: "=", undecided: "?", "not comparable": "≠"};

// strip draws a figure of the data. `domain` is that of its axis. A placement without a value has a row that says so, if there is a reason.
export function strip(state, f, {width, domain, title = f.title}) {
  const shown = state.shown.filter(i => f.v[i] || f.lacks?.[i]), known = shown.filter(i => f.v[i]);
  if (!known.length) return null;
  const names = shown.map(state.name.bind(state));
  const left = Math.min(nameWidth(names, width), width * .34), row = 23;
  const mark = i => marks[f.verdicts?.[i]] ? `${marks[f.verdicts[i]]} ` : "";
  const change = i => f.d[i].every(x => x === 0) ? "=" : mark(i) + (!/[1-9]/.test(short(f.d[i])) ? "0" : (f.d[i][0] > 0 ? "+" : "") + short(f.d[i]));
  const words = i => f.v[i] ? short(f.v[i]) + (f.d[i] ? `  ${change(i)}` : "") : "n/a";
  const said = (i, unit) => f.v[i] ? estimate(f.v[i], unit) : `n/a: ${f.lacks[i]}`;
  const right = 18 + 6.2 * Math.max(...shown.map(i => words(i).length));
  const values = known.flatMap(i => f.v[i]);
  const low = Math.min(...values), high = Math.max(...values), room = (high - low || Math.abs(high) || 1) * .06;
  // From 0, but where all are so alike that nothing could be seen then.
  const from = low >= 0 && (low < high * .9 || f.unit === "%" && high < 90) ? 0 : low - room;
  const extent = domain ?? [from, high + room], ticks = evenTicks(extent, Math.max(2, Math.min(5, (width - left - right) / 65)));
  const hasDifference = shown.some(i => f.d[i]);
  const base = f.v[0]?.[0];
  const drawing = plot({
    width, height: row * shown.length + 30, marginLeft: left, marginRight: right, marginTop: 6, marginBottom: 24,
    x: {domain: extent, label: null},
    y: {domain: [-.5, shown.length - .5], reverse: true, axis: null},
    ariaLabel: `${title}: ${shown.map(i => `${state.name(i)} ${said(i, f.unit)}`).join("; ")}`,
    marks: [
      Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(ticks, {text: tickText, label: null, tickSize: 4}),
      base !== undefined && hasDifference ? Plot.ruleX([base], {stroke: "var(--p0)", strokeDasharray: "2,3"}) : null,
      Plot.ruleY(shown.map((i, k) => ({i, k})).filter(({i}) => f.v[i]?.length > 1), {y: "k", x1: ({i}) => f.v[i][1], x2: ({i}) => f.v[i][2], stroke: ({i}) => color(i), strokeWidth: 2.5}),
      Plot.dot(known, {x: i => f.v[i][0], y: i => shown.indexOf(i), fill: i => isAgain(i) ? "var(--paper)" : color(i), stroke: i => color(i), strokeWidth: 2, r: 3.8}),
      Plot.text(shown, {x: domain ? domain[0] : undefined, frameAnchor: "left", y: (_, k) => k, text: i => cut(state.name(i), left - 12, shown.map(o => state.name(o))), dx: -8, textAnchor: "end"}),
      Plot.text(shown, {frameAnchor: "right", y: (_, k) => k, text: words, dx: 8, textAnchor: "start"}),
    ],
    color: {type: "identity"},
  });
  drawing.addEventListener("pointermove", e => {
    const k = Math.floor((e.clientY - drawing.getBoundingClientRect().top - 6) / row);
    const i = shown[k];
    if (i === undefined) return hideTip();
    showTip(tipLines(title, [[i, state.name(i), said(i, f.unit)], ...(f.v[i]?.length > 1 ? [[null, "interval", range(f.v[i])]] : []), ...(f.d[i] ? [[null, `against ${state.name(0)}`, signed(f.d[i], differenceUnit(f.unit))]] : []),
      ...(f.verdicts?.[i] ? [[null, "verdict", f.verdicts[i]]] : [])]), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  const heading = f.unit && f.unit !== title && !title.split(/[ ,]+/).includes(f.unit) ? `${title}, ${f.unit}` : title;
  return figure({
    title: heading, drawing,
    data: () => ({
      caption: heading, columns: ["placement", f.unit || "value", ...(hasDifference ? ["difference", "verdict"] : [])],
      rows: shown.map(i => [state.name(i), said(i), ...(hasDifference ? [signed(f.d[i]), f.verdicts?.[i] ?? ""] : [])]),
    }),
  });
}

// strips draws several, side by side where there is room; `isExplained` leaves out how to read them, which stands above already.
export function strips(state, figures, width, options = {}) {
  const room = Math.max(350, Math.min(520, nameWidth(state.shown.map(i => state.name(i)), width) / .34));
  const columns = Math.max(1, Math.floor((width + 32) / room));
  const each = (width - 32 * (columns - 1)) / columns;
  const all = figures.map(f => strip(state, f, {width: each, ...options, ...options.each?.(f)})).filter(Boolean);
  if (!all.length) return null;
  const node = el("div", {class: "grid"}, ...all);
  node.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  if (options.isExplained || !figures.some(f => f.d?.some(Boolean))) return node;
  const level = number(100 * state.data.level, 0);
  return el("div", {}, el("p", {class: "note"}, `Dots with ${level} % intervals; behind each value the difference from ${state.name(0)}, which is dotted. ▲ better, ▼ worse beyond chance, = the same, ? undecided; those without a sign are not judged.`), node);
}
