// Dumbbells: the mean of each metro under the baseline, and where each placement takes it, with the interval of the difference.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {color, cut, isAgain, legend, plot} from "./look.js";
import {estimate, number, signed} from "./format.js";
import {harmOf, order, place, verdictOf} from "./harm.js";
import {evenTicks, logTicks, tickText} from "./ticks.js";

const few = 24;
let showsAll = false;

// first returns the first of several harms, and how many there are besides.
function first(text) {
  const [one, ...more] = text.split(", ");
  return more.length ? `${one} and ${more.length} more ${more.length === 1 ? "figure" : "figures"}` : one;
}

// brief leaves out what the place of a text says: of whom it is.
const brief = text => text.replace(/^failed requests /, "failed ");

export function drawMetros(state, width, redraw) {
  const m = state.of.metros;
  if (!m || m.figures[0]?.metric !== state.of.metric) return null;
  const mean = m.figures[0];
  const lanes = state.shown.filter(i => i > 0 && mean.d?.[i] && (state.of.alike[i] === i || state.of.alike[i] > 0 && !state.on[state.of.alike[i]]));
  let rows = order(state).filter(({k}) => mean.v[0][k]);
  if (state.metro >= 0) rows = rows.filter(({k}) => m.metros[k] === state.metro);
  if (!rows.length) return null;
  const losers = rows.filter(r => r.loses).length, total = rows.length;
  const most = Math.max(few, Math.min(losers, 2 * few));
  const isCut = !showsAll && total > most + 2;
  if (isCut) rows = rows.slice(0, most);
  const right = width > 1000 && lanes.length > 1 ? 290 : width > 700 ? 190 : 12, left = Math.min(width * .34, 170);
  const worst = k => lanes.map(i => [i, harmOf(state, i, k)]).filter(([, h]) => h).sort((a, b) => b[1].size - a[1].size)[0];
  // Whom more are not served than before is said below the name where there is no room beside it.
  const below = k => right > 100 || !/[a-z] /.test(worst(k)?.[1].text ?? "") ? "" : brief(worst(k)[1].text);
  const step = lanes.length > 5 ? 6 : 9, height = Math.max(rows.some(r => below(r.k)) ? 30 : 20, step * (lanes.length - 1) + 16);
  const ends = rows.flatMap(({k}) => [mean.v[0][k][0], ...lanes.filter(i => mean.d[i][k]).map(i => mean.v[0][k][0] + mean.d[i][k][0])]).filter(x => x > 0);
  const low = Math.min(...ends), high = Math.max(...ends), isLog = high > 3 * low;
  const domain = isLog ? [low / 1.06, high * 1.06] : [low - .04 * (high - low || 1), high + .04 * (high - low || 1)];
  const inside = x => Math.min(domain[1], Math.max(domain[0], x));
  const y = (row, lane) => row * height + height / 2 + step * (lane - (lanes.length - 1) / 2);
  const dots = rows.flatMap(({k}, row) => lanes.flatMap((i, lane) => mean.d[i][k] ? [{i, k, row, base: mean.v[0][k][0], to: mean.v[0][k][0] + mean.d[i][k][0], d: mean.d[i][k], y: y(row, lane), isWorse: m.verdicts[i][k] === "w" || Boolean(harmOf(state, i, k)), round: isAgain(i)}] : []));
  const ticks = isLog ? logTicks(domain, width - left - right) : evenTicks(domain, (width - left - right) / 70);
  const drawing = plot({
    width, height: rows.length * height + 50, marginLeft: left, marginRight: right, marginTop: 8, marginBottom: 40,
    x: {type: isLog ? "log" : "linear", domain, label: null}, y: {domain: [0, rows.length * height], reverse: true, axis: null},
    color: {type: "identity"}, symbol: {type: "identity"},
    ariaLabel: `Mean ${state.of.title} by metro under ${state.name(0)} and under ${lanes.map(i => state.name(i)).join(", ")}; ${losers} of ${total} metros lose.`,
    marks: [
      Plot.ruleY(rows.slice(1), {y: (_, r) => (r + 1) * height, stroke: "var(--grid)"}),
      Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(ticks, {text: tickText, label: `mean ${state.of.title}, ms`, labelAnchor: "center", labelArrow: "none", tickSize: 3}),
      Plot.link(dots, {x1: "base", x2: "to", y1: "y", y2: "y", stroke: d => color(d.i), strokeWidth: 2, strokeDasharray: undefined}),
      Plot.link(dots.filter(d => d.d.length > 1), {x1: d => inside(d.base + d.d[1]), x2: d => inside(d.base + d.d[2]), y1: "y", y2: "y", stroke: "var(--ink)", strokeWidth: 1}),
      Plot.dot(dots, {x: "to", y: "y", fill: d => d.round ? "var(--paper)" : color(d.i), stroke: d => color(d.i), r: d => d.isWorse ? 5.5 : 4, symbol: d => d.isWorse ? "diamond" : "circle"}),
      Plot.link(rows, {x1: ({k}) => mean.v[0][k][0], x2: ({k}) => mean.v[0][k][0], y1: (_, r) => r * height + 3, y2: (_, r) => (r + 1) * height - 3, stroke: "var(--p0)", strokeWidth: 2.5}),
      Plot.text(rows.filter(r => !r.loses), {frameAnchor: "left", y: r => rows.indexOf(r) * height + height / 2, text: ({k}) => cut(place(state, k).name.replace(/, .*$/, ""), left - 14), dx: -8, textAnchor: "end", fill: "var(--faint)"}),
      Plot.text(rows.filter(r => r.loses), {frameAnchor: "left", y: r => rows.indexOf(r) * height + height / 2 - (below(r.k) ? 6 : 0), text: ({k}) => cut(place(state, k).name.replace(/, .*$/, ""), left - 34) + " ▼", dx: -8, textAnchor: "end", fontWeight: "bold", fill: "var(--worse)"}),
      Plot.text(rows.filter(r => r.loses && below(r.k)), {frameAnchor: "left", y: r => rows.indexOf(r) * height + height / 2, text: ({k}) => cut(below(k), left), dx: -8, dy: 7, textAnchor: "end", fontSize: 10.5, fill: "var(--worse)"}),
      right > 100 ? Plot.text(rows.filter(r => r.loses), {frameAnchor: "right", y: r => rows.indexOf(r) * height + height / 2, dx: 10, textAnchor: "start", fontSize: 11,
        text: ({k}) => { const [i, h] = worst(k) ?? []; return h ? cut(`${lanes.length > 1 ? cut(state.name(i), Math.max(60, right - 5 - 6.3 * brief(first(h.text)).length)) + " " : ""}${brief(first(h.text))}`, right) : ""; }}) : null,
    ],
  });
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), row = Math.floor(((e.clientY - b.top) * width / b.width - 8) / height);
    if (!rows[row]) return hideTip();
    const {k} = rows[row];
    showTip(tipLines(`${place(state, k).name}, ${number(100 * m.shares[k], 1)} % of the ${state.of.requests}`, [
      [0, state.name(0), estimate(mean.v[0][k], "ms")],
      ...lanes.filter(i => mean.d[i][k]).map(i => [i, `${state.name(i)}: ${verdictOf(state, i, k)}`, signed(mean.d[i][k], "ms")]),
    ]), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  const more = total > most + 2 && state.metro < 0 ? el("button", {type: "button", onclick: () => { showsAll = !showsAll; redraw("metros"); }}, isCut ? `Show all ${total} metros` : "Show fewer") : null;
  const rest = isCut ? ` Shown are ${rows.length} of ${total}.` : "";
  return el("div", {}, legend(state, [0, ...lanes]), figure({
    title: losers ? `${losers} of ${total} ${total === 1 ? "metro loses" : "metros lose"} under some placement` : "No metro is shown to lose",
    note: `▼ and diamonds: worse beyond chance; who loses most stands first, then by demand. Bar: ${state.name(0)}; right of it is slower. Whiskers: ${number(100 * state.data.level, 0)} % intervals of the paired difference.${rest}`,
    drawing,
    data: () => ({
      caption: `mean ${state.of.title} by metro, ms`, columns: ["metro", `% of ${state.of.requests}`, state.name(0), ...lanes.flatMap(i => [state.name(i), "verdict"])],
      rows: order(state).filter(({k}) => mean.v[0][k]).map(({k}) => [place(state, k).name, number(100 * m.shares[k], 1), estimate(mean.v[0][k]),
        ...lanes.flatMap(i => [mean.d[i][k] ? signed(mean.d[i][k]) : "", verdictOf(state, i, k)])]),
    }),
  }), more);
}
