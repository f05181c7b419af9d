// A sweep: figures along a key, or as maps over two; where placements change order, metro by metro; what each key does.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {color, cut, dash, diverging, isAgain, legend, nameWidth, plot, undecided} from "./look.js";
import {differenceUnit, estimate, number, short, signed} from "./format.js";
import {endRoom, nameEnds} from "./labels.js";
import {evenTicks, logTicks, tickText} from "./ticks.js";

const unitOf = key => key.unit === "share" ? "%" : key.unit === "bytes" ? "MB" : key.unit ?? "";
const factor = key => key.unit === "share" ? 100 : key.unit === "bytes" ? 1e-6 : 1;
const axisName = (s, k) => unitOf(s.keys[k]) ? `${keyName(s, k)}, ${unitOf(s.keys[k])}` : keyName(s, k);

// keyName is the last part of a key's path, or as many as tell it from the others.
function keyName(s, k) {
  const parts = s.keys[k].path.split(".");
  for (let n = 1; n < parts.length; n++) {
    const name = parts.slice(-n).join(".");
    if (s.keys.every((o, i) => i === k || !`.${o.path}`.endsWith(`.${name}`))) return name;
  }
  return s.keys[k].path;
}
const isMap = s => s.design === "grid" && s.keys.length === 2;
const isLine = s => s.keys.length === 1 || s.design === "zip";
const half = width => width >= 940 ? (width - 32) / 2 : width;
const heading = f => f.unit && !f.title.split(/[ ,]+/).includes(f.unit) ? `${f.title}, ${f.unit}` : f.title;

export function drawAlong(state, width) {
  const s = state.data.sweep, each = s.figures.length > 1 ? half(width) : width;
  // Lines are named beside their ends; where there is no room, or there are none, a legend does it.
  const beside = isLine(s) && s.keys[0].number ? endRoom(state.shown.map(i => state.name(i)), each, lineHeight - lineTop - lineBottom) : 0;
  const parts = s.figures.flatMap(f => isLine(s) ? [lines(state, s, f, each, beside)] : isMap(s) ? maps(state, s, f, width) : []).filter(Boolean);
  const title = document.querySelector("#along h2");
  title.textContent = isMap(s) ? `Over ${keyName(s, 0)} and ${keyName(s, 1)}` : `Along ${keyName(s, 0)}`;
  return parts.length ? el("div", {}, isLine(s) && !beside ? legend(state) : null, el("div", {class: "halves"}, ...parts)) : null;
}

const lineHeight = 300, lineTop = 14, lineBottom = 42;

// lines draws a figure along the first key: a line and a band a placement, where they cross and where they reach the value. `beside` is the
// room for names at the right.
function lines(state, s, f, width, beside) {
  const key = s.keys[0], k = factor(key), ofMetro = state.metro >= 0 && f.metros, rows = ofMetro ? f.metros[state.metro] : f.v;
  const shown = state.shown.filter(i => rows[i].some(Boolean));
  if (!shown.length) return null;
  const order = s.points.map((_, n) => n).sort((a, b) => s.points[a].x[0] - s.points[b].x[0]);
  const x = n => s.points[n].x[0] * k;
  const points = shown.flatMap(i => order.filter(n => rows[i][n]).map(n => ({i, n, x: x(n), e: rows[i][n]})));
  const ends = points.flatMap(p => p.e).concat(f.reaches ?? []), low = Math.min(...ends), high = Math.max(...ends), room = (high - low || Math.abs(high) || 1) * .05;
  const domain = [low >= 0 && low < high * .35 ? 0 : low - room, high + room];
  const xs = points.map(p => p.x), span = [Math.min(...xs), Math.max(...xs)], isLog = key.log && span[0] > 0;
  const ticks = key.number ? (isLog ? logTicks(span, width - beside) : evenTicks(span, (width - beside) / 90)) : order.map(x);
  const metro = ofMetro ? state.metro : -1;
  const crossings = (f.crossings ?? []).filter(c => c.m === metro && state.on[c.p] && state.on[0]).flatMap(c => (c.at ?? []).map(at => ({...at, p: c.p, says: `crosses ${state.name(0)}`})));
  const targets = (f.targets ?? []).filter(c => c.m === metro && state.on[c.p]).flatMap(c => (c.at ?? []).map(at => ({...at, p: c.p, says: `reaches ${number(f.reaches)}`})));
  const places = [...crossings, ...targets], within = v => Math.min(span[1], Math.max(span[0], v * k));
  const isNear = places.length <= 6;
  const drawing = plot({
    width, height: lineHeight, marginLeft: 52, marginRight: Math.max(14, beside), marginTop: lineTop, marginBottom: lineBottom, color: {type: "identity"}, symbol: {type: "identity"},
    x: {type: isLog ? "log" : "linear", domain: span[0] === span[1] ? [span[0] - 1, span[1] + 1] : span, label: null}, y: {domain, label: null, ticks: 5, tickFormat: tickText},
    ariaLabel: `${heading(f)} along ${key.path}. ${shown.map(i => `${state.name(i)} from ${short(rows[i][order[0]], f.unit)} to ${short(rows[i][order.at(-1)], f.unit)}`).join("; ")}. ${places.map(p => `${state.name(p.p)} ${p.says} at ${p.text}`).join("; ")}`,
    marks: [
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.axisX(ticks, {text: key.number ? tickText : t => cut(s.points[t].t[0], width / ticks.length), label: axisName(s, 0), labelAnchor: "center", labelArrow: "none", tickSize: 4}),
      isNear ? Plot.rect(places.filter(p => p.x[1] !== null || p.x[2] !== null), {x1: p => within(p.x[1] ?? -Infinity), x2: p => within(p.x[2] ?? Infinity), y1: domain[0], y2: domain[1], fill: p => color(p.p), fillOpacity: .1}) : null,
      isNear ? Plot.ruleX(places, {x: p => within(p.x[0]), stroke: p => color(p.p), strokeDasharray: "2,3"}) : null,
      f.reaches !== undefined ? Plot.ruleY([f.reaches], {stroke: "var(--faint)", strokeDasharray: "2,3"}) : null,
      ...(key.number ? shown.map(i => Plot.areaY(points.filter(p => p.i === i && p.e.length > 1), {x: "x", y1: p => p.e[1], y2: p => p.e[2], fill: color(i), fillOpacity: .14})) : []),
      ...(key.number ? shown.map(i => Plot.line(points.filter(p => p.i === i), {x: "x", y: p => p.e[0], stroke: color(i), strokeWidth: 1.9, strokeDasharray: dash(i)})) : []),
      key.number ? null : Plot.link(points.filter(p => p.e.length > 1), {x1: "x", x2: "x", y1: p => p.e[1], y2: p => p.e[2], stroke: p => color(p.i), strokeWidth: 2}),
      Plot.dot(points, {x: "x", y: p => p.e[0], r: 3, fill: p => isAgain(p.i) ? "var(--paper)" : color(p.i), stroke: p => color(p.i)}),
    ],
  });
  if (beside) {
    const px = drawing.scale("x"), py = drawing.scale("y");
    nameEnds(drawing, shown.map(i => ({number: i, name: state.name(i), points: points.filter(p => p.i === i).map(p => [px.apply(p.x), py.apply(p.e[0])])})), width - beside, [lineTop, lineHeight - lineBottom], width);
  }
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), px = (e.clientX - b.left) * width / b.width, scale = drawing.scale("x");
    const n = order.reduce((best, n) => Math.abs(scale.apply(x(n)) - px) < Math.abs(scale.apply(x(best)) - px) ? n : best);
    showTip(tipLines(`${key.path} ${s.points[n].t[0]}`, shown.filter(i => rows[i][n]).flatMap(i => [[i, state.name(i), estimate(rows[i][n], f.unit)],
      ...(!ofMetro && f.d[i]?.[n] ? [[null, `against ${state.name(0)}`, signed(f.d[i][n], differenceUnit(f.unit))]] : [])])), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  const said = places.map(p => `${state.name(p.p)} ${p.says} at ${p.text}`);
  return figure({
    title: `${heading(f)}${ofMetro ? `, ${state.data.metros[state.metro].name}` : ""}`, drawing,
    note: said.length ? `${said.slice(0, 6).join("; ")}. Dotted: there; shaded: ${number(100 * state.data.level, 0)} % interval.` : crossingNote(state, f, metro),
    data: () => ({
      caption: heading(f), texts: 1, columns: [...s.keys.map(k => k.path), ...shown.map(i => state.name(i))],
      rows: order.map(n => [...s.points[n].t, ...shown.map(i => rows[i][n] ? estimate(rows[i][n]) : "")]),
    }),
  });
}

const crossingNote = (state, f, metro) => (f.crossings ?? []).filter(c => c.m === metro && state.on[c.p]).map(c => c.order === "less" || c.order === "more"
  ? `${state.name(c.p)} has ${c.order} than ${state.name(0)} on the mean at every point` : `no difference between ${state.name(c.p)} and ${state.name(0)} is shown`).join("; ");

// maps draws a figure over two keys: the baseline, and what each placement differs from it.
function maps(state, s, f, width) {
  const all = k => [...new Map(s.points.map(p => [p.x[k], p.t[k]])).entries()].sort((a, b) => a[0] - b[0]), columns = all(0), rows = all(1);
  const best = f.better === "more" ? -1 : 1, w = half(width);
  return state.shown.map(i => {
    const isBase = i === 0, of = isBase ? f.v[0] : f.d[i], cells = s.points.map((p, n) => ({n, x: columns.findIndex(c => c[0] === p.x[0]), y: rows.findIndex(r => r[0] === p.x[1]), e: of[n]}));
    const values = cells.filter(c => c.e).map(c => c.e[0]);
    if (!values.length) return null;
    const most = Math.max(...values.map(Math.abs)) || 1, low = Math.min(...values), high = Math.max(...values);
    const isOpen = e => e.length > 1 && e[1] <= 0 && e[2] >= 0;
    const fill = c => !c.e ? "var(--panel)" : isBase ? "var(--p1)" : isOpen(c.e) ? undecided() : diverging(best * c.e[0] / most);
    const left = nameWidth(rows.map(r => r[1]), w), cell = (w - left - 10) / columns.length;
    const title = isBase ? `${heading(f)}: ${state.name(0)}` : `${f.title}: ${state.name(i)} − ${state.name(0)}${f.unit ? `, ${differenceUnit(f.unit)}` : ""}`;
    const drawing = plot({
      width: w, height: rows.length * 30 + 62, marginLeft: left, marginRight: 10, marginTop: 6, marginBottom: 54, color: {type: "identity"},
      x: {domain: [-.5, columns.length - .5], axis: null}, y: {domain: [-.5, rows.length - .5], axis: null},
      ariaLabel: `${title}, by ${s.keys[0].path} and ${s.keys[1].path}: ${cells.filter(c => c.e).slice(0, 40).map(c => `${s.points[c.n].t.join(", ")}: ${short(c.e)}`).join("; ")}`,
      marks: [
        Plot.rect(cells, {x1: c => c.x - .48, x2: c => c.x + .48, y1: c => c.y - .46, y2: c => c.y + .46, fill, fillOpacity: c => isBase && c.e ? .1 + .55 * (c.e[0] - low) / (high - low || 1) : 1}),
        cell > 30 ? Plot.text(cells, {x: "x", y: "y", text: c => c.e ? cut(`${!isBase && c.e[0] > 0 ? "+" : ""}${short(c.e)}`, cell) : "–", fill: c => !isBase && c.e && !isOpen(c.e) && Math.abs(c.e[0]) > .6 * most ? "var(--paper)" : "var(--ink)"}) : null,
        Plot.text(rows, {frameAnchor: "left", y: (_, k) => k, text: r => cut(r[1], left - 12), dx: -8, textAnchor: "end"}),
        Plot.text(columns, {frameAnchor: "bottom", x: (_, k) => k, text: (c, k) => k % Math.ceil(38 / cell) ? "" : cut(c[1], cell * Math.ceil(38 / cell)), dy: 14}),
        Plot.text([keyName(s, 0)], {frameAnchor: "bottom", dy: 38, text: t => cut(`${t} →`, w - left)}),
      ],
    });
    drawing.addEventListener("pointermove", e => {
      const b = drawing.getBoundingClientRect(), z = w / b.width, cx = Math.floor(((e.clientX - b.left) * z - left) / cell), cy = rows.length - 1 - Math.floor(((e.clientY - b.top) * z - 6) / 30.07);
      const c = cells.find(c => c.x === cx && c.y === cy);
      if (!c?.e) return hideTip();
      showTip(tipLines(s.points[c.n].t.map((t, k) => `${s.keys[k].path} ${t}`).join(", "), [[i, state.name(i), estimate(f.v[i][c.n], f.unit)], ...(isBase ? [] : [[null, `against ${state.name(0)}`, signed(c.e, differenceUnit(f.unit))]])]), e.clientX, e.clientY);
    });
    drawing.addEventListener("pointerleave", hideTip);
    return figure({
      title, drawing, note: `Upwards: ${keyName(s, 1)}. ${isBase ? "Darker is more." : `${f.better === "neither" ? "Green is less, red more" : "Green is better, red worse"}; grey where the interval has 0 in it.`}`,
      data: () => ({caption: title, texts: 2, columns: [s.keys[0].path, s.keys[1].path, f.unit || "value"], rows: cells.map(c => [...s.points[c.n].t, c.e ? (isBase ? estimate : signed)(c.e) : ""])}),
    });
  });
}

// drawCrossings shows where placements change order for the users of each metro, the first to change on top.
export function drawCrossings(state, width) {
  const s = state.data.sweep, key = s.keys[0], k = factor(key);
  const parts = s.figures.flatMap(f => state.shown.filter(i => i > 0).map(i => {
    const all = (f.crossings ?? []).filter(c => c.p === i && c.m >= 0 && (state.metro < 0 || c.m === state.metro));
    if (!all.length) return null;
    const rank = c => c.at?.length ? c.at[0].x[0] : c.order === "less" ? Infinity : c.order === "more" ? -Infinity : 1e300;
    const sorted = [...all].sort((a, b) => rank(a) - rank(b)), rows = sorted.slice(0, 60), w = half(width), left = nameWidth(rows.map(c => state.data.metros[c.m].name), w), height = 20, right = Math.min(170, w * .34);
    const xs = s.points.map(p => p.x[0] * k), span = [Math.min(...xs), Math.max(...xs)], isLog = key.log && span[0] > 0, within = v => Math.min(span[1], Math.max(span[0], v * k));
    const ticks = isLog ? logTicks(span, w - left - right) : evenTicks(span, (w - left - right) / 70), crossing = rows.filter(c => c.at?.length);
    const words = c => c.at?.length ? c.at[0].text + (c.at.length > 1 ? `, +${c.at.length - 1}` : "") : c.order === "less" ? "less everywhere" : c.order === "more" ? "more everywhere" : "no difference shown";
    const title = `${f.title}: ${state.name(i)} against ${state.name(0)}`;
    return figure({
      title, note: `Dots: where they change order. Lines: ${number(100 * state.data.level, 0)} % intervals, which may go on beyond the points.${rows.length < all.length ? ` ${rows.length} of ${all.length} metros.` : ""}`,
      drawing: plot({
        width: w, height: rows.length * height + 52, marginLeft: left, marginRight: right, marginTop: 6, marginBottom: 42, color: {type: "identity"},
        x: {type: isLog ? "log" : "linear", domain: span, label: null}, y: {domain: [-.5, rows.length - .5], reverse: true, axis: null},
        ariaLabel: `${title}: ${rows.map(c => `${state.data.metros[c.m].name} ${words(c)}`).join("; ")}`,
        marks: [
          Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}), Plot.axisX(ticks, {text: tickText, label: axisName(s, 0), labelAnchor: "center", labelArrow: "none", tickSize: 4}),
          Plot.ruleY(crossing.flatMap(c => c.at.map(at => ({y: rows.indexOf(c), at}))), {y: "y", x1: ({at}) => within(at.x[1] ?? -Infinity), x2: ({at}) => within(at.x[2] ?? Infinity), stroke: color(i), strokeWidth: 2.2}),
          Plot.dot(crossing.flatMap(c => c.at.map(at => ({y: rows.indexOf(c), at}))), {y: "y", x: ({at}) => within(at.x[0]), r: 4, fill: color(i)}),
          Plot.text(rows, {frameAnchor: "left", y: (_, n) => n, text: c => cut(state.data.metros[c.m].name, left - 12), dx: -8, textAnchor: "end"}),
          Plot.text(rows, {frameAnchor: "right", y: (_, n) => n, text: c => cut(words(c), right - 8), dx: 8, textAnchor: "start", fontSize: 11}),
        ],
      }),
      data: () => ({caption: title, texts: 2, columns: ["metro", key.path], rows: sorted.map(c => [state.data.metros[c.m].name, words(c)])}),
    });
  })).filter(Boolean);
  return parts.length ? el("div", {class: "halves"}, ...parts) : null;
}

// drawInfluences shows by how much each key moves a figure, the one that moves it most on top.
export function drawInfluences(state, width) {
  const s = state.data.sweep, w = half(width);
  const parts = s.figures.flatMap(f => (f.influences ?? []).filter(n => state.on[n.p]).map(n => {
    const rows = n.effects.map((e, k) => ({e, k})).filter(r => r.e).sort((a, b) => Math.abs(b.e[0]) - Math.abs(a.e[0]));
    if (!rows.length) return null;
    const ends = rows.flatMap(r => r.e).concat(0), left = nameWidth(rows.map(r => keyName(s, r.k)), w), height = 24, unit = n.difference ? differenceUnit(f.unit) : f.unit;
    const low = Math.min(...ends), high = Math.max(...ends), room = (high - low || 1) * .05, domain = [low < 0 ? low - room : 0, high > 0 ? high + room : 0], right = 96;
    const title = `${f.title}, ${n.difference ? `${state.name(n.p)} − ${state.name(0)}` : state.name(n.p)}`, ticks = evenTicks(domain, (w - left - right) / 70);
    return figure({
      title, note: `From the lowest value of the key to the highest, all others held: ${unit}. Straight lines explain ${number(100 * n.fit, 0)} % of the differences between points${n.fit < .7 ? ": read it with care" : ""}.`,
      drawing: plot({
        width: w, height: rows.length * height + 34, marginLeft: left, marginRight: right, marginTop: 6, marginBottom: 24, color: {type: "identity"}, x: {domain, label: null}, y: {domain: [-.5, rows.length - .5], reverse: true, axis: null},
        ariaLabel: `${title}: ${rows.map(r => `${s.keys[r.k].path} ${signed(r.e, unit)}`).join("; ")}`,
        marks: [
          Plot.gridX(ticks, {stroke: "var(--grid)", strokeOpacity: 1}), Plot.axisX(ticks, {text: tickText, label: null, tickSize: 4}), Plot.ruleX([0], {stroke: "var(--ink)"}),
          Plot.rect(rows, {x1: 0, x2: r => r.e[0], y1: (_, k) => k - .34, y2: (_, k) => k + .34, fill: color(n.p), fillOpacity: .55}),
          Plot.ruleY(rows.filter(r => r.e.length > 1), {y: r => rows.indexOf(r), x1: r => r.e[1], x2: r => r.e[2], stroke: "var(--ink)"}),
          Plot.text(rows, {frameAnchor: "left", y: (_, k) => k, text: r => cut(keyName(s, r.k), left - 12), dx: -8, textAnchor: "end"}),
          Plot.text(rows, {frameAnchor: "right", y: (_, k) => k, text: r => cut(`${r.e[0] > 0 ? "+" : ""}${short(r.e)}`, right - 10), dx: 8, textAnchor: "start"}),
        ],
      }),
      data: () => ({caption: title, columns: ["key", unit || "effect"], rows: rows.map(r => [s.keys[r.k].path, signed(r.e)])}),
    });
  })).filter(Boolean);
  return parts.length ? el("div", {class: "halves"}, ...parts) : null;
}

// sweepRows are the points as a table.
export const sweepRows = data => [["point", ...data.sweep.keys.map(k => k.path), "placement", "metro", "figure", "unit", "value", "low", "high", "difference", "difference_low", "difference_high"],
  ...data.sweep.figures.flatMap(f => data.placements.flatMap((p, i) => data.sweep.points.flatMap((at, n) => [
    ...(f.v[i][n] ? [[n + 1, ...at.t, p.name, null, f.title, f.unit, f.v[i][n][0], f.v[i][n][1], f.v[i][n][2], f.d[i]?.[n]?.[0], f.d[i]?.[n]?.[1], f.d[i]?.[n]?.[2]]] : []),
    ...(f.metros ?? []).flatMap((m, k) => m[i][n] ? [[n + 1, ...at.t, p.name, data.metros[k].id, f.title, f.unit, ...m[i][n]]] : []),
  ])))];
