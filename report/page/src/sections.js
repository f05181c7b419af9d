// The sections that are made of figures by placement. What a figure is called, and in which table it stands, comes with the
// data: figures that are new in a comparison appear by themselves.
import {el, table} from "./dom.js";
import {estimate, number, signed} from "./format.js";
import {drawGameCharts} from "./games.js";
import {drawMissCurves} from "./missratio.js";
import {strips} from "./strips.js";

const LATENCY = "latency", LAST_BYTE = "time to last byte", PLAYERS = "players and matches", ORIGIN = "caches and origin";
const isFurther = f => f.table && !/breakdown/.test(f.metric) && !f.within_ms;

// drawWithin shows which share is served in time, and which is not served at all.
export function drawWithin(state, width) {
  const isNone = f => f.v.every(v => !v || v[0] === 0) && f.better === "less";
  const figures = state.of.figures.filter(f => f.unit === "%" && (f.within_ms && f.table || f.table === LATENCY) && !isNone(f));
  const named = figures.map(f => ({...f, title: f.within_ms ? `${whose(state, f)} within ${number(f.within_ms, f.within_ms < 10 ? 1 : 0)} ms` : f.title}));
  return strips(state, named, width, {each: f => f.within_ms ? {domain: [0, 100]} : {}});
}

// whose says of what a share within a deadline is: of requests, players, matches.
function whose(state, f) {
  const who = f.title.replace(/\s*(in|within)\s+[\d.]+ ?m?s$/, "").trim();
  return who && who !== "in" ? who : state.of.requests;
}

export function drawCaches(state, width) {
  const figures = strips(state, state.of.figures.filter(f => f.table === ORIGIN), width), misses = drawMissCurves(state, width >= 940 ? (width - 32) / 2 : width);
  return misses ? el("div", {}, figures, misses) : figures;
}

// drawGames shows what players and matches are like, and whatever else is said of games.
export function drawGames(state, width) {
  const players = strips(state, state.of.figures.filter(f => f.table === PLAYERS && !f.within_ms), width);
  if (state.of.kind !== "matched") return players;
  const others = furtherTables(state, width, Boolean(players)), charts = drawGameCharts(state, width);
  return players || others || charts ? el("div", {}, charts, players, others) : null;
}

export const drawOthers = (state, width) => state.of.kind === "matched" ? null : furtherTables(state, width);

// furtherTables shows the figures of all other tables, table by table, but those that drawWithin shows.
function furtherTables(state, width, isExplained = false) {
  const known = [LATENCY, LAST_BYTE, PLAYERS, ORIGIN];
  const tables = [...new Set(state.of.figures.filter(f => isFurther(f) && !known.includes(f.table)).map(f => f.table))];
  const parts = [];
  for (const t of tables) {
    const drawn = strips(state, state.of.figures.filter(f => f.table === t && isFurther(f)), width, {isExplained: isExplained || parts.length > 0});
    if (drawn) parts.push([t, drawn]);
  }
  return parts.length ? el("div", {}, ...parts.flatMap(([t, s]) => [el("h3", {}, t[0].toUpperCase() + t.slice(1)), s])) : null;
}

// drawSites is a table a placement: sites that are asked most first.
export function drawSites(state) {
  const sites = state.of.sites;
  if (!sites) return null;
  const shown = state.shown.filter(i => state.of.alike[i] === i || !state.on[state.of.alike[i]]);
  const used = sites.columns.map((_, k) => sites.rows.some(r => r.v[k])), heading = c => c.title.split(/[ ,]+/).includes(c.unit) || c.title.endsWith("/s") ? c.title : `${c.title}, ${c.unit}`;
  const parts = shown.map(i => {
    const rows = sites.rows.filter(r => r.p === i);
    if (!rows.length) return null;
    const all = rows.length + sites.left_out[i], left = sites.left_out[i] ? `the ${rows.length} busiest of ` : "";
    const data = {
      caption: `${state.name(i)}: ${left}${all} ${all === 1 ? "site" : "sites"}`, texts: 2,
      columns: ["site", "roles", ...sites.columns.filter((_, k) => used[k]).map(heading)],
      rows: rows.map(r => [r.site, r.roles, ...r.v.filter((_, k) => used[k]).map(x => x ? number(x) : "")]),
    };
    if (rows.length <= 4 && shown.length <= 4) return table(data);
    const details = el("details", {}, el("summary", {}, data.caption));
    details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(table(data)); });
    return details;
  }).filter(Boolean);
  return parts.length ? el("div", {}, ...parts) : null;
}
