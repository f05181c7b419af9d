// What happens over the time of a run: how many ask and fail, how fast they are answered, what caches hit; and which sites are down or drained.
import * as Plot from "@observablehq/plot";
import {el, figure, hideTip, showTip, tipLines} from "./dom.js";
import {color, cut, dash, legend, nameWidth, plot} from "./look.js";
import {number, withUnit} from "./format.js";
import {endRoom, nameEnds, together} from "./labels.js";
import {evenTicks, tickText} from "./ticks.js";

const height = 210, [top, bottom] = [8, 38];
const tint = kind => `var(--${{down: "worse", drained: "drain"}[kind] ?? "change"}-tint)`, edge = kind => kind === "down" ? "var(--worse)" : "var(--faint)";
const others = events => [...new Set(events.map(e => e.kind).filter(k => k !== "down" && k !== "drained"))];

export function drawTimeline(state, width, redraw) {
  const axis = axisOf(state), events = eventsOn(state, axis), lines = overTime(state.of, state.data), parts = [];
  if (lines.length) {
    const isUsual = lines.some(l => l.usual), wanted = lines.find(l => l.name === state.line);
    const chosen = wanted ? [wanted] : state.line === "all" || !isUsual ? lines : lines.filter(l => l.usual);
    const pick = el("div", {class: "controls"}, el("label", {}, "What is followed ",
      el("select", {onchange: e => { state.line = e.target.value; redraw("timeline"); }},
        el("option", {value: "", selected: !state.line}, isUsual ? "what is looked at first" : "all"),
        ...lines.map(l => el("option", {value: l.name, selected: l === wanted}, withUnit(l.title, l.unit && `(${l.unit})`))),
        isUsual && lines.some(l => !l.usual) ? el("option", {value: "all", selected: state.line === "all"}, "all") : null)));
    const shown = state.shown.filter((i, n) => lines.some(l => l.by[state.of.alike[i]]) && state.shown.findIndex(o => state.of.alike[o] === state.of.alike[i]) === n);
    const columns = width >= 940 && chosen.length > 1 ? 2 : 1, each = (width - 32 * (columns - 1)) / columns;
    // Lines are named beside their ends; where there is no room a legend does it.
    const beside = endRoom(shown.map(i => nameOf(state, i)), each, height - top - bottom);
    const drawn = shown.length ? chosen.map(l => course(state, shown, axis, each, events, beside, l)).filter(Boolean) : [];
    if (drawn.length) parts.push(el("p", {class: "note"}, noteOf(state, lines, events)), lines.length > 1 ? pick : null, beside ? null : legend(state, shown), el("div", {class: "halves"}, ...drawn));
  }
  if (!lines.length && fails(state)) parts.push(el("p", {class: "note"}, "Requests fail: the key timeline of a scenario follows them over time."));
  if (events.length) parts.push(eventStrip(state, axis, width, events));
  return parts.length ? el("div", {}, ...parts.filter(Boolean)) : null;
}

// nameOf is the name of a line: of all placements that do the same.
const nameOf = (state, i) => together(state.shown.filter(o => state.of.alike[o] === state.of.alike[i]).map(o => state.name(o)));

const fails = state => state.of.figures.some(f => f.metric === "failed" && f.v.some(e => e && e[0] > 0));

// axisOf is the axis of time as a scenario tells of what happens: since its run began, warm-up included, also of a window, which begins later. Without the key
// timeline it begins with the warm-up.
function axisOf(state) {
  const {run_s: run, warm_up_s: warmUp, begins_s: begins = 0} = state.data, recorded = run - warmUp;
  const [unit, seconds] = recorded > 7200 ? ["h", 3600] : recorded > 300 ? ["min", 60] : ["s", 1];
  const at = s => (begins + s) / seconds;
  return {unit, in: at, start: at(state.of.series ? 0 : warmUp), recorded: at(warmUp), end: at(run), label: `${unit} after the ${begins ? "study" : "run"} begins, warm-up included`};
}

// overTime returns the lines of a workload, each with its step and where it begins: those of the key timeline, or those of the whole run,
// warm-up included, where no request fails.
export function overTime({timeline, series, requests, caused}, {warm_up_s: warmUp}) {
  if (timeline) return timeline.lines.map(l => ({...l, step: timeline.step_s, from: warmUp}));
  if (!series) return [];
  const line = (name, title, unit, of, more) => ({name, title, unit, by: of.map(v => v && {v}), step: series.step_s, from: 0, ...more});
  return [
    line("requests", requests, "a second", series.requests, {fromZero: true}), line("mean", `mean ${caused}`, "ms", series.ms),
    ...(series.hits ? [line("hits", "hits", "%", series.hits)] : []),
  ];
}

// eventsOn are the events that the axis shows, in its unit. What is an instant has a width that is seen.
const eventsOn = (state, axis) => (state.data.events ?? []).map(e => {
  const at = axis.in, least = e.to_s === e.from_s ? .004 * (axis.end - axis.start) : 0;
  return {...e, from: Math.max(axis.start, at(e.from_s)), to: Math.min(axis.end, at(e.to_s) + least), noted: at(e.noted_s)};
}).filter(e => e.to > e.from);

function noteOf(state, lines, events) {
  const says = [state.of.series ? `Of all ${state.of.requests}, each at the instant at which it reaches its site, on the mean of the replications. Grey: warm-up, which no figure counts.`
    : state.of.kind === "matched" ? "Of all players, on the mean of the replications."
    : `Of all ${state.of.requests}, each at the instant at which it begins, on the mean of the replications. A line has a gap where there are too few for its figure.`];
  if (lines.some(l => l.by.some(c => c?.low))) says.push(`Bands: ${number(100 * state.data.level, 0)} % intervals, step by step.`);
  if (lines.some(l => l.by.some(c => c?.at))) says.push("Of each stretch of time the lowest and the highest step; series.csv has all.");
  if (events.some(e => e.kind === "down")) says.push("Red: a site is down.");
  if (events.some(e => e.kind === "drained")) says.push("Blue: a site is drained.");
  if (others(events).length) says.push(`Yellow: ${others(events).join(", ")}.`);
  return says.join(" ");
}

const base = (width, height, axis) => ({
  width, height, marginTop: top, marginBottom: bottom, color: {type: "identity"},
  x: {domain: [axis.start, axis.end], label: null},
});

const timeAxis = (axis, width) => Plot.axisX(evenTicks([axis.start, axis.end], Math.max(3, Math.min(8, width / 90))), {
  text: tickText, label: width < 300 ? axis.unit : axis.label, labelAnchor: "center", labelArrow: "none", tickSize: 4,
});

const warmUp = (axis, y1, y2) => axis.start < axis.recorded ? Plot.rect([0], {x1: axis.start, x2: axis.recorded, y1, y2, fill: "var(--panel)"}) : null;

// course draws a figure: a line and a band a placement.
function course(state, shown, axis, width, events, beside, of) {
  const {from, step} = of, on = i => of.by[state.of.alike[i]], stepOf = (c, k) => c.at ? c.at[k] : k;
  // A line has a gap where there is no value.
  const points = shown.flatMap(i => on(i)?.v.map((y, k) => {
    const n = stepOf(on(i), k);
    return {i, n, y: y ?? NaN, low: on(i).low?.[k] ?? NaN, high: on(i).high?.[k] ?? NaN, x: axis.in(from + (n + .5) * step)};
  }) ?? []).map(d => d.x > axis.end ? {...d, x: axis.end} : d);
  const ys = points.map(d => d.y).filter(y => !Number.isNaN(y));
  if (!ys.length) return null;
  // Bands that go far beyond the lines are cut.
  const [lowest, highest] = [Math.min(...ys), Math.max(...ys)], reach = .5 * (highest - lowest || highest || 1);
  const least = Math.max(lowest - reach, Math.min(lowest, ...points.map(d => d.low).filter(y => !Number.isNaN(y)))), most = Math.min(highest + reach, Math.max(highest, ...points.map(d => d.high).filter(y => !Number.isNaN(y))));
  const isShare = of.unit === "%", isFromZero = of.fromZero || of.unit !== "ms" && !isShare || least < most * .35;
  const room = (most - least || most || 1) * .06, low = isFromZero ? 0 : Math.max(0, least - room), high = isShare ? Math.min(100, most + room) : most + room;
  const heading = `${of.title[0].toUpperCase()}${of.title.slice(1)}${of.unit ? `, ${of.unit}` : ""}`, within = y => Math.min(high, Math.max(low, y));
  const drawing = plot({
    ...base(width, height, axis), marginLeft: 50, marginRight: Math.max(12, beside),
    y: {domain: [low, high], label: null, ticks: 4, tickFormat: tickText},
    ariaLabel: `${heading} over time: ${shown.map(i => {
      const of = points.filter(d => d.i === i && !Number.isNaN(d.y)).map(d => d.y);
      return of.length ? `${state.name(i)} from ${number(Math.min(...of))} to ${number(Math.max(...of))}` : `${state.name(i)} none`;
    }).join("; ")}. ${events.map(e => e.text).join("; ")}`,
    marks: [
      warmUp(axis, low, high),
      Plot.rect(events, {x1: "from", x2: "to", y1: low, y2: high, fill: e => tint(e.kind), fillOpacity: .8}),
      Plot.gridY({stroke: "var(--grid)", strokeOpacity: 1}), timeAxis(axis, width - beside),
      ...shown.map(i => Plot.areaY(points.filter(d => d.i === i), {x: "x", y1: d => within(d.low), y2: d => within(d.high), fill: color(i), fillOpacity: .16})),
      ...shown.map(i => Plot.line(points.filter(d => d.i === i), {x: "x", y: "y", stroke: color(i), strokeWidth: 1.8, strokeDasharray: dash(i)})),
    ],
  });
  if (beside) {
    const x = drawing.scale("x"), y = drawing.scale("y");
    const lines = shown.map(i => ({number: i, name: nameOf(state, i), points: points.filter(d => d.i === i && !Number.isNaN(d.y)).map(d => [x.apply(d.x), y.apply(d.y)])})).filter(l => l.points.length);
    nameEnds(drawing, lines, width - beside, [top, height - bottom], width);
  }
  const span = n => `${number(axis.in(from + n * step), 2)} to ${number(Math.min(axis.end, axis.in(from + (n + 1) * step)), 2)} ${axis.unit}`;
  const told = d => !d || Number.isNaN(d.y) ? "none" : withUnit(number(d.y), of.unit) + (Number.isNaN(d.low) ? "" : ` (${number(d.low)} to ${number(d.high)})`);
  drawing.addEventListener("pointermove", e => {
    const b = drawing.getBoundingClientRect(), x = drawing.scale("x").invert((e.clientX - b.left) * width / b.width);
    if (x < axis.start || x > axis.end) return hideTip();
    const near = i => points.filter(d => d.i === i).reduce((best, d) => !best || Math.abs(d.x - x) < Math.abs(best.x - x) ? d : best, null);
    const first = near(shown[0]) ?? points[0];
    showTip(tipLines(span(first.n), shown.map(i => [i, nameOf(state, i), told(near(i))])), e.clientX, e.clientY);
  });
  drawing.addEventListener("pointerleave", hideTip);
  return figure({
    title: heading, drawing,
    data: () => {
      const steps = [...new Set(points.map(d => d.n))].sort((a, b) => a - b), cell = (i, n) => points.find(d => d.i === i && d.n === n);
      return {
        caption: `${heading}, ${axis.label}`, columns: [`from, ${axis.unit}`, ...shown.map(i => nameOf(state, i))],
        rows: steps.map(n => [number(axis.in(from + n * step), 2), ...shown.map(i => {
          const d = cell(i, n);
          return !d || Number.isNaN(d.y) ? "" : number(d.y) + (Number.isNaN(d.low) ? "" : ` [${number(d.low)}, ${number(d.high)}]`);
        })]),
      };
    },
  });
}

// eventStrip shows what happens at which site.
function eventStrip(state, axis, width, events) {
  const names = [...new Set(events.map(e => e.site))], left = nameWidth(names, width), row = 30;
  const upper = e => names.indexOf(e.site) - .28, lower = e => names.indexOf(e.site) + .28, has = kind => events.some(e => e.kind === kind);
  const unnoted = events.filter(e => e.kind === "down" && e.noted > e.from);
  const drawing = plot({
    ...base(width, row * names.length + 50, axis), marginLeft: left, marginRight: 20, y: {domain: [-.5, names.length - .5], reverse: true, axis: null},
    ariaLabel: events.map(e => e.text).join("; "),
    marks: [
      warmUp(axis, -.5, names.length - .5),
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}), timeAxis(axis, width - left),
      Plot.rect(events, {x1: "from", x2: "to", y1: upper, y2: lower, fill: e => tint(e.kind), stroke: e => edge(e.kind)}),
      Plot.rect(unnoted, {x1: "from", x2: e => Math.min(e.to, e.noted), y1: upper, y2: lower, fill: "var(--worse)"}),
      Plot.text(names, {frameAnchor: "left", y: (_, k) => k, text: n => cut(n, left - 12), dx: -8, textAnchor: "end"}),
    ],
  });
  const notes = [unnoted.length ? "Dark: its users are still sent there. Light: they are served elsewhere." : "", has("drained") ? "Blue: drained, so that who learns of it is sent elsewhere." : ""].filter(Boolean);
  if (others(events).length) notes.push(`Yellow: ${others(events).join(", ")}.`);
  const at = s => number(axis.in(s), 2);
  return figure({
    title: others(events).length ? "What happens" : !has("drained") ? "Sites that are down" : !has("down") ? "Sites that are drained" : "Sites that are down or drained", note: notes.join(" "), drawing,
    data: () => ({
      caption: `Events, ${axis.label}`, columns: ["where", "what", "from", "users sent elsewhere from", "until"], texts: 2,
      rows: events.map(e => [e.site, e.kind, at(e.from_s), at(e.noted_s), at(e.to_s)]),
    }),
  });
}
