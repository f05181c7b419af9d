// The data of the page as CSV files, made here: nothing is fetched.
import {el} from "./dom.js";
import {sweepRows} from "./sweep.js";
import {overTime} from "./timeline.js";

// What a spreadsheet would take for a formula has an apostrophe before it, as in comparison.csv.
const cell = x => {
  let text = x === null || x === undefined ? "" : String(x);
  if (typeof x === "string" && /^[=+\-@]/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
export const csv = rows => rows.map(r => r.map(cell).join(",")).join("\r\n") + "\r\n";
const three = e => [e?.[0], e?.[1], e?.[2]];

const files = {
  "points.csv": sweepRows,
  "figures.csv": data => [["placement", "workload", "metric", "statistic", "unit", "value", "low", "high", "difference", "difference_low", "difference_high", "verdict"],
    ...data.workloads.flatMap(w => w.figures.flatMap(f => data.placements.flatMap((p, i) => f.v[i] ? [[p.name, w.name, f.metric, f.statistic, f.unit, ...three(f.v[i]), ...three(f.d[i]), f.verdicts?.[i]]] : [])))],
  "metros.csv": data => [["placement", "workload", "metro", "name", "lon_deg", "lat_deg", "share_of_requests", "metric", "statistic", "unit", "value", "low", "high", "difference", "difference_low", "difference_high"],
    ...data.workloads.flatMap(w => w.metros ? w.metros.figures.flatMap(f => data.placements.flatMap((p, i) => w.metros.metros.flatMap((n, k) => {
      const m = data.metros[n];
      return f.v[i][k] ? [[p.name, w.name, m.id, m.name, m.lon, m.lat, w.metros.shares[k], f.metric, f.statistic, f.unit, ...three(f.v[i][k]), ...three(f.d?.[i]?.[k])]] : [];
    }))) : [])],
  "distributions.csv": data => [["placement", "workload", "metric", "curve", "ms", "share", "half_width"],
    ...data.workloads.flatMap(w => (w.curves ?? []).flatMap(c => data.placements.flatMap((p, i) => {
      const line = c.lines[i]?.same_as !== undefined ? c.lines[c.lines[i].same_as] : c.lines[i];
      return ["within", "tail"].flatMap(v => line?.[v] ? line[v].ms.map((ms, k) => [p.name, w.name, c.metric, v === "tail" ? "slower" : "within", ms, line[v].p[k], line[v].h?.[k]]) : []);
    })))],
  "series.csv": data => [["placement", "workload", "from_s", "figure", "unit", "value", "low", "high"],
    ...data.workloads.flatMap(w => overTime(w, data).flatMap(l => data.placements.flatMap((p, i) => {
      const of = l.by[w.alike[i]];
      return (of?.v ?? []).flatMap((v, k) => v === null ? [] : [[p.name, w.name, +(l.from + (data.begins_s ?? 0) + (of.at?.[k] ?? k) * l.step).toPrecision(6), l.title, l.unit, v, of.low?.[k], of.high?.[k]]]);
    })))],
  "sites.csv": data => [["placement", "workload", "site", "roles", "figure", "unit", "value"],
    ...data.workloads.flatMap(w => w.sites ? w.sites.rows.flatMap(r => w.sites.columns.flatMap((c, k) => r.v[k] !== null ? [[data.placements[r.p].name, w.name, r.site, r.roles, c.title, c.unit, r.v[k]]] : [])) : [])],
};

export function drawDownloads(state) {
  const about = {"points.csv": "all points", "figures.csv": "all figures", "metros.csv": "by metro", "distributions.csv": "the distributions", "sites.csv": "by site", "series.csv": "over time"};
  const comparison = state.data.sweep ? "sweep.csv" : "comparison.csv";
  const isThere = name => state.data.sweep ? name === "points.csv" : name !== "points.csv" && (!is[name] || state.data.workloads.some(is[name]));
  const is = {"metros.csv": w => w.metros, "distributions.csv": w => w.curves, "sites.csv": w => w.sites, "series.csv": w => w.timeline || w.series};
  return el("div", {}, el("p", {class: "note"}, `As they are drawn, rounded to five digits. ${comparison} beside this page has all digits.`),
    el("div", {class: "controls"}, ...Object.entries(files).filter(([name]) => isThere(name)).map(([name, rows]) => el("button", {type: "button", "data-file": name, onclick: () => {
      const a = el("a", {href: URL.createObjectURL(new Blob([csv(rows(state.data))], {type: "text/csv"})), download: name});
      a.click();
      setTimeout(() => URL.revokeObjectURL(a.href), 1000);
    }}, `${name}: ${about[name]}`))));
}
