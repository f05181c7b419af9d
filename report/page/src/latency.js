// The distributions of latencies: which share is answered within a time, and the tail.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, table, tipLines} from "./dom.js";
import {color, dash, legend, plot} from "./look.js";
import {estimate, number, signed, time} from "./format.js";
import {nameBeside, together} from "./labels.js";
import {logTicks, shareTicks} from "./ticks.js";

// lineOf returns the line of a placement, whosever it is.
const lineOf = (curves, i) => curves.lines[i]?.same_as !== undefined ? curves.lines[curves.lines[i].same_as] : curves.lines[i];
const rootOf = (curves, i) => curves.lines[i]?.same_as ?? i;

export function drawLatency(state, width, redraw) {
  const all = state.of.curves ?? [];
  if (!all.length) return null;
  const curves = all.find(c => c.metric === state.curve) ?? all[0];
  const shown = state.shown.filter(i => lineOf(curves, i));
  if (!shown.length) return null;
  const columns = width >= 940 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
  const parts = [distribution(state, curves, shown, each, "within"), distribution(state, curves, shown.filter(i => lineOf(curves, i).tail), each, "tail")].filter(Boolean);
  const isNamed = parts.every(p => p.isNamed); // then no legend is needed
  const pick = all.length > 1 ? el("div", {class: "controls"}, el("label", {}, "What is timed ",
    el("select", {onchange: e => { state.curve = e.target.value === all[0].metric ? "" : e.target.value; redraw("latency"); }},
      ...all.map(c => el("option", {value: c.metric, selected: c === curves}, c.title))))) : null;
  return el("div", {}, pick, isNamed ? null : legend(state, shown), el("div", {class: "halves"}, ...parts.map(p => p.figure)), quantiles(state, curves, shown));
}

// distribution draws the lines of a metric. `called` has what else its title and the share on its axis are.
export function distribution(state, curves, shown, width, view, called = {}) {
  if (!shown.length) return null;
  const isTail = view === "tail", requests = state.of.requests;
  const lines = shown.map(i => ({i, ...lineOf(curves, i)[view]}));
  const low = Math.min(...lines.map(l => isTail ? at(l, 1) : l.ms[0])), high = Math.max(...lines.map(l => l.ms.at(-1)));
  const domain = [low * .97, high * 1.05];
  const height = Math.min(380, Math.max(260, width * .6));
  const roots = shown.map(i => rootOf(curves, i));
  const points = lines.flatMap(({i, ms, p, h}, k) => {
    const of = ms.map((x, n) => ({i, x, p: p[n], h: h?.[n] ?? 0})).filter(d => !isTail || d.p > 0);
    if (!isTail && ms.at(-1) < domain[1]) of.push({...of.at(-1), x: domain[1]});
    return of;
  });
  const floor = isTail ? Math.min(...points.map(d => d.p)) * .9 : 0;
  // Lines that lie on one another show in turn.
  const dashes = (i, k) => {
    const same = shown.filter((_, n) => roots[n] === roots[k]);
    return same.length < 2 ? [dash(i), 0] : [`10,${10 * (same.length - 1)}`, -10 * same.indexOf(i)];
  };
  const deadlines = state.of.figures.filter(f => f.metric === curves.metric && f.within_ms).map(f => f.within_ms).filter(d => d > domain[0] && d < domain[1]);
  // Deadlines are named above, but where the title of the axis stands; and none over another.
  const left = d => 50 + Math.log(d / domain[0]) * (width - 64) / Math.log(domain[1] / domain[0]);
  const what = called.of ?? (isTail ? `${requests} slower than this` : `${requests} answered within this`), isFree = d => left(d) - 20 > 6.2 * what.length;
  const told = (d, k) => k && left(d) - left(deadlines[k - 1]) < 44 ? "" : `${number(d, 0)} ms`;
  const qs = isTail ? [.95, .99, .999] : [.5, .95];
  const dots = shown.flatMap((i, k) => roots[k] === i || !shown.includes(roots[k]) ? qs.flatMap(q => {
    const f = state.of.figures.find(f => f.metric === curves.metric && f.q === q);
    if (!f?.v[i]) return [];
    const within = q * (lineOf(curves, i).answered ?? 1); // quantiles are of the answered
    const share = isTail ? 1 - within : within;
    return share >= floor && (!isTail || f.v[i][0] <= lines[k].ms.at(-1)) ? [{i, q, x: f.v[i][0], p: share}] : [];
  }) : []);
  const ticks = logTicks(domain, width);
  const drawing = plot({
    width, height, marginLeft: 50, marginRight: 14, marginTop: 22, marginBottom: 38,
    x: {type: "log", domain, label: null},
    y: isTail ? {type: "log", domain: [floor, 1], label: null} : {domain: [0, 1], label: null},
    ariaLabel: `${isTail ? "Tail of the distribution" : "Distribution"} of ${curves.title}. ${shown.map(i => state.name(i)).join(", ")}. Arrow keys move a line that reads it.`,
    marks: [
      Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.gridY(isTail ? shareTicks(floor) : [0, .25, .5, .75, 1], {stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(ticks, {text: d => number(d, d < 1 ? 1 : 0), label: `${curves.title}, ms`, labelAnchor: "center", labelArrow: "none", tickSize: 3}),
      Plot.axisY(isTail ? shareTicks(floor) : [0, .25, .5, .75, 1], {text: percent, label: what, labelArrow: "none", tickSize: 3}),
      Plot.ruleX(deadlines, {stroke: "var(--faint)", strokeDasharray: "2,3"}),
      Plot.text(deadlines, {x: d => d, frameAnchor: "top", dy: -11, text: (d, k) => isFree(d) ? told(d, k) : "", fill: "var(--faint)", fontSize: 11}),
      Plot.text(deadlines, {x: d => d, frameAnchor: "bottom", dy: -6, dx: 4, textAnchor: "start", text: (d, k) => isFree(d) ? "" : told(d, k), fill: "var(--faint)", fontSize: 11}),
      ...shown.filter((i, k) => roots.indexOf(roots[k]) === k).map(i => Plot.areaY(points.filter(d => d.i === i), {x: "x", y1: d => Math.max(floor, d.p - d.h), y2: d => Math.min(1, d.p + d.h), fill: color(i), fillOpacity: .18, clip: true})),
      ...shown.map((i, k) => Plot.line(points.filter(d => d.i === i), {x: "x", y: "p", stroke: color(i), strokeWidth: 2.2, strokeDasharray: dashes(i, k)[0], strokeDashoffset: dashes(i, k)[1], clip: true})),
      Plot.dot(dots, {x: "x", y: "p", fill: d => color(d.i), stroke: "var(--paper)", r: 4, symbol: d => d.q === .5 ? "circle" : "diamond", clip: true}),
    ],
    symbol: {type: "identity"}, color: {type: "identity"},
  });
  const px = drawing.scale("x"), py = drawing.scale("y");
  const named = shown.filter((_, k) => roots.indexOf(roots[k]) === k).map(i => ({
    number: i, name: together(shown.filter((_, k) => roots[k] === rootOf(curves, i)).map(o => state.name(o))),
    points: points.filter(d => d.i === i).map(d => [px.apply(d.x), py.apply(d.p)]),
  }));
  const taken = [...dots.map(d => [px.apply(d.x) - 5, py.apply(d.p) - 5, px.apply(d.x) + 5, py.apply(d.p) + 5]), ...deadlines.map(d => [px.apply(d) - .5, 22, px.apply(d) + .5, height - 38])];
  const isNamed = nameBeside(drawing, named, [50, 22, width - 14, height - 38], taken);
  const hover = reader(drawing, {state, curves, lines, shown, domain, view, width});
  return {isNamed, figure: figure({
    title: called.title ?? (isTail ? "The tail" : "The whole distribution"),
    note: isTail ? `Lines end where too few are slower to tell. Diamonds: p95, p99, p99.9.` : `Further left is faster. Circles: half of them, p50; diamonds: p95. Dotted: deadlines. Bands: ${number(100 * state.data.level, 0)} % intervals.`,
    drawing: hover,
    data: () => {
      const at = [...ticks].filter(t => t >= domain[0] && t <= domain[1]);
      return {
        caption: `% of ${called.of ?? (isTail ? `${requests} slower than` : `${requests} answered within`)}`, columns: ["ms", ...shown.map(i => state.name(i))],
        rows: at.map(t => [number(t, t < 1 ? 1 : 0), ...lines.map(l => shareAt(l, t, view))]),
      };
    },
  })};
}

// at returns the latency at which a tail begins to fall.
function at(l, share) {
  const k = l.p.findIndex(p => p < share * .995);
  return l.ms[Math.max(0, k - 1)];
}

const percent = p => `${number(100 * p, p >= .01 || p === 0 ? 0 : p >= .001 ? 1 : p >= .0001 ? 2 : 3)} %`;

// interpolated returns the share at a latency, with half its interval.
function interpolated(l, ms) {
  const x = Math.log(ms);
  let k = l.ms.findIndex(m => m > ms);
  if (k === 0) return [l.p[0], l.h?.[0] ?? 0];
  if (k < 0) return [l.p.at(-1), l.h?.at(-1) ?? 0];
  const a = Math.log(l.ms[k - 1]), u = (x - a) / (Math.log(l.ms[k]) - a), mix = s => s[k - 1] + u * (s[k] - s[k - 1]);
  return [mix(l.p), l.h ? mix(l.h) : 0];
}

function shareAt(l, ms, view) {
  if (view === "tail" && ms > l.ms.at(-1)) return "too few";
  if (view === "within" && ms < l.ms[0]) return "0";
  const [p, h] = interpolated(l, ms);
  return estimate(h ? [100 * p, 100 * Math.max(0, p - h), 100 * Math.min(1, p + h)] : [100 * p]);
}

// reader lets the pointer and the arrow keys read the lines at a latency.
function reader(drawing, {state, lines, shown, domain, view, width, curves}) {
  const scale = drawing.scale("x"), rule = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [k, v] of Object.entries({y1: scale ? 22 : 0, y2: drawing.viewBox.baseVal.height - 38, stroke: "var(--ink)", "stroke-width": 1, visibility: "hidden", "pointer-events": "none"})) rule.setAttribute(k, v);
  drawing.append(rule);
  let ms = Math.sqrt(domain[0] * domain[1]);
  const read = (clientX, clientY) => {
    const x = scale.apply(ms);
    rule.setAttribute("x1", x); rule.setAttribute("x2", x); rule.setAttribute("visibility", "visible");
    const title = view === "tail" ? `slower than ${time(ms)} ms` : `answered within ${time(ms)} ms`;
    showTip(tipLines(title, shown.map((i, k) => [i, state.name(i), `${shareAt(lines[k], ms, view)}${" %"}`])), clientX, clientY);
  };
  const box = () => drawing.getBoundingClientRect();
  const hide = () => { rule.setAttribute("visibility", "hidden"); hideTip(); };
  const wrap = el("div", {class: "hover", tabindex: "0", role: "group", "aria-label": `Reads ${curves.title} with the arrow keys`}, drawing);
  wrap.addEventListener("pointermove", e => {
    const b = box(), x = (e.clientX - b.left) * width / b.width;
    ms = Math.min(domain[1], Math.max(domain[0], scale.invert(x)));
    read(e.clientX, e.clientY);
  });
  wrap.addEventListener("pointerleave", hide);
  wrap.addEventListener("blur", hide);
  wrap.addEventListener("keydown", e => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[e.key];
    if (!step) return;
    e.preventDefault();
    ms = Math.min(domain[1], Math.max(domain[0], ms * (domain[1] / domain[0]) ** (step / 60)));
    const b = box();
    read(b.left + scale.apply(ms) * b.width / width, b.top + 40);
  });
  return wrap;
}

// quantiles is the table that everybody asks for.
function quantiles(state, curves, shown) {
  const figures = state.of.figures.filter(f => f.metric === curves.metric && !f.within_ms && (f.q || f.statistic === "mean"));
  if (!figures.length) return null;
  const unit = figures[0].unit;
  return table({
    caption: `${curves.title}, ${unit}, and the difference from ${state.name(0)}`,
    columns: ["placement", ...figures.map(f => f.statistic)],
    rows: shown.map(i => [state.name(i), ...figures.map(f => estimate(f.v[i]) + (f.d[i] ? `\n${signed(f.d[i])}` : ""))]),
  });
}
