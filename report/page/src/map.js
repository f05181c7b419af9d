// Maps: users by metro, sized by demand and coloured by latency or its difference; sites by role. A panel a placement.
import {geoAzimuthalEqualArea, geoDistance, geoEqualEarth, geoPath} from "d3-geo";
import {scaleLog} from "d3-scale";
import {feature, mesh} from "topojson-client";
import world from "world-atlas/countries-110m.json";
import {dataTable, el, hideTip, showTip, svg, tipLines} from "./dom.js";
import {together} from "./labels.js";
import {diverging, sequential, undecided} from "./look.js";
import {estimate, number, signed, short} from "./format.js";
import {harmOf, order, place, verdictOf} from "./harm.js";

const land = feature(world, world.objects.land), borders = mesh(world, world.objects.countries, (a, b) => a !== b);

// Roles by their signs, in the order in which they cover one another.
const signs = {
  cache: s => `M${-s},0H${s}M0,${-s}V${s}`,
  compute: s => `M0,${-s * 1.25}L${s * 1.15},${s * .8}H${-s * 1.15}Z`,
  origin: s => `M${-s},${-s}H${s}V${s}H${-s}Z`,
};
const signOf = role => /cache|shield|tier/.test(role) ? "cache" : role === "origin" ? "origin" : "compute";
const translated = (sign, x, y, s) => sign(s).replace(/^M([-\d.e]+),([-\d.e]+)/, (_, a, b) => `M${(x + +a).toFixed(1)},${(y + +b).toFixed(1)}`)
  .replace(/(?<!^)M([-\d.e]+),([-\d.e]+)/g, (_, a, b) => `M${(x + +a).toFixed(1)},${(y + +b).toFixed(1)}`)
  .replace(/L([-\d.e]+),([-\d.e]+)/g, (_, a, b) => `L${(x + +a).toFixed(1)},${(y + +b).toFixed(1)}`)
  .replace(/H([-\d.e]+)/g, (_, a) => `H${(x + +a).toFixed(1)}`).replace(/V([-\d.e]+)/g, (_, b) => `V${(y + +b).toFixed(1)}`);

export function drawMap(state, width, redraw) {
  const m = state.of.metros;
  if (!m || !m.figures.length) return null;
  const f = m.figures.find(f => `${f.metric} ${f.statistic}` === state.figure) ?? m.figures[0];
  const shown = state.shown.filter(i => f.v[i].some(Boolean));
  if (!shown.length) return null;
  // Placements that do the same have one map.
  const firsts = shown.filter((i, n) => shown.findIndex(o => state.of.alike[o] === state.of.alike[i]) === n);
  const alike = i => shown.filter(o => state.of.alike[o] === state.of.alike[i]).map(o => state.name(o));
  const titled = i => { const all = alike(i); return all.length > 3 ? together(all) : all.join(" = "); };
  const isWorld = spanOf(state, shown) > 55;
  const columns = columnsFor(firsts.length, width, isWorld ? 520 : 290);
  const each = Math.min(isWorld ? 760 : 560, Math.floor((width - 16 * (columns - 1)) / columns));
  const view = projected(state, each, shown);
  const named = f => f.metric === state.of.metric ? `${f.statistic} ${state.of.title}` : `${f.metric}, ${f.statistic}`;
  const pick = el("div", {class: "controls"}, el("label", {}, "Colour ", el("select", {onchange: e => { state.figure = e.target.value; redraw("map"); }},
    ...m.figures.map((o, k) => el("option", {value: k ? `${o.metric} ${o.statistic}` : "", selected: o === f}, `${named(o)}, ${o.unit}`)))));
  const values = shown.flatMap(i => f.v[i].filter(Boolean).map(v => v[0]));
  const isTime = f.unit === "ms" || f.unit === "s";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const position = low > 0 && isTime && high > low ? x => Math.log(x / low) / Math.log(high / low) : x => high > low ? (x - low) / (high - low) : .5;
  const fill = i => k => f.v[i][k] ? sequential(f.better === "more" ? 1 - position(f.v[i][k][0]) : position(f.v[i][k][0])) : "none";
  const panels = firsts.map(i => panel(state, view, i, {
    title: titled(i), fill: fill(i), f, label: `${state.name(i)}: ${named(f)} by metro`,
  }));
  const mean = m.figures[0], others = firsts.filter(i => i > 0 && mean.d?.[i]?.some(Boolean) && state.of.alike[i] !== 0);
  const parts = [
    pick, el("div", {class: "legend"}, ramp(low, high, position, f), sizes(view, m), roles(state, shown)),
    el("div", {class: "maps"}, ...panels),
  ];
  const lay = node => { node.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${each}px))`; };
  lay(parts.at(-1));
  if (others.length && f === mean) {
    const isDecided = others.some(i => mean.d[i].some((d, k) => d && "bw".includes(m.verdicts[i][k])));
    const spread = Math.max(...others.flatMap(i => mean.d[i].filter((d, k) => d && "bw".includes(m.verdicts[i][k])).map(d => Math.abs(d[0]))), 1e-9);
    const shade = i => k => {
      const v = m.verdicts[i][k], d = mean.d[i][k];
      if (!d || v !== "b" && v !== "w") return undecided();
      const t = Math.max(.18, Math.sqrt(Math.abs(d[0]) / spread));
      return diverging(v === "w" ? t : -t);
    };
    parts.push(el("h3", {}, `Faster or slower than ${state.name(0)}`), isDecided ? el("div", {class: "legend"}, divergingRamp(spread)) : el("p", {class: "note"}, "Of no metro it is decided."),
      el("div", {class: "maps"}, ...others.map(i => panel(state, view, i, {title: titled(i), fill: shade(i), f: mean, isDifference: true, label: `${state.name(i)}: difference of the mean from ${state.name(0)} by metro`}))));
    lay(parts.at(-1));
  }
  parts.push(dataTable(() => ({
    caption: `${named(f)}, ${f.unit}${f.d ? `, and the difference from ${state.name(0)}` : ""}`, columns: ["metro", `% of ${state.of.requests}`, ...shown.map(i => state.name(i))],
    rows: order(state).map(({k}) => [place(state, k).name, number(100 * m.shares[k], 1), ...shown.map(i => estimate(f.v[i][k]) + (f.d?.[i]?.[k] ? `  (${signed(f.d[i][k])})` : ""))]),
  })));
  return el("div", {}, ...parts);
}

// columnsFor puts so many panels into rows that are about as long.
function columnsFor(n, width, least) {
  const most = Math.max(1, Math.min(n, Math.floor((width + 16) / (least + 16))));
  return Math.ceil(n / Math.ceil(n / most));
}

// pointsOf are the places that a map is to show: users, and the sites that serve them, but not caches, which are everywhere.
function pointsOf(state, shown) {
  const users = state.of.metros.metros.map(k => state.data.metros[k]);
  const main = new Set(shown.flatMap(i => state.data.placements[i].roles.filter(r => signOf(r.role) !== "cache").flatMap(r => r.sites)));
  return [...users, ...[...main].map(s => state.data.sites[s])].map(p => [p.lon, p.lat]);
}

const rad = Math.PI / 180;

// middleOf returns the middle of points on the sphere.
function middleOf(points) {
  const sum = [0, 0, 0];
  for (const [lon, lat] of points) { sum[0] += Math.cos(lat * rad) * Math.cos(lon * rad); sum[1] += Math.cos(lat * rad) * Math.sin(lon * rad); sum[2] += Math.sin(lat * rad); }
  return [Math.atan2(sum[1], sum[0]) / rad, Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) / rad];
}

// spanOf returns how far the farthest place is from the middle, in degrees.
function spanOf(state, shown) {
  const points = pointsOf(state, shown), middle = middleOf(points);
  return Math.max(...points.map(p => geoDistance(p, middle))) / rad;
}

// projected finds a projection in which all users are seen, and where everything lies on it. All panels have the same.
function projected(state, width, shown) {
  const m = state.of.metros;
  const users = m.metros.map(k => state.data.metros[k]);
  const points = pointsOf(state, shown), middle = middleOf(points), isWorld = spanOf(state, shown) > 55;
  const inset = 16, shape = {type: "MultiPoint", coordinates: points};
  let height, projection;
  if (isWorld) {
    projection = geoEqualEarth().fitWidth(width, {type: "Sphere"});
    height = Math.round(width * .44);
    projection.translate([width / 2, height * .56]);
  } else {
    projection = geoAzimuthalEqualArea().rotate([-middle[0], -middle[1]]);
    projection.fitWidth(width - 2 * inset, shape);
    const [[, y0], [, y1]] = geoPath(projection).bounds(shape);
    height = Math.round(Math.min(width * .95, Math.max(width * .5, y1 - y0 + 2 * inset)));
    projection.fitExtent([[inset, inset], [width - inset, height - inset]], shape);
    if (projection.scale() > width * 12) projection.scale(width * 12); // of a town, some of its country
  }
  projection.clipExtent([[-2, -2], [width + 2, height + 2]]).precision(.5);
  const path = geoPath(projection).digits(1);
  const most = Math.max(...m.shares), radius = share => Math.max(1.8, Math.sqrt(share / most) * Math.max(5, width / (isWorld ? 66 : 36)));
  return {
    width, height, land: path(land), borders: path(borders), radius, most,
    users: users.map((u, k) => ({k, at: projection([u.lon, u.lat]), r: radius(m.shares[k])})).filter(u => u.at),
    sites: state.data.sites.map(s => projection([s.lon, s.lat])),
  };
}

function panel(state, view, i, {title, fill, f, label, isDifference}) {
  const m = state.of.metros, {width, height} = view;
  const node = svg("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label});
  node.append(svg("path", {class: "land", d: view.land ?? ""}), svg("path", {class: "land", d: view.borders ?? "", fill: "none"}));
  const picked = state.metro >= 0;
  const isOf = u => m.metros[u.k] === state.metro;
  const dots = [...view.users].sort((a, b) => b.r - a.r);
  for (const u of dots) {
    const color = fill(u.k);
    if (color === "none") continue;
    const loses = isDifference && harmOf(state, i, u.k) ? " loses" : "";
    node.append(svg("circle", {class: `metro${loses}${picked ? isOf(u) ? " picked" : " unpicked" : ""}`, cx: u.at[0].toFixed(1), cy: u.at[1].toFixed(1), r: u.r.toFixed(1), fill: color}));
  }
  const usable = state.data.placements[i].roles.filter(r => (!r.workloads || r.workloads.includes(state.of.name)));
  const main = []; // the sites that are drawn large
  for (const sign of Object.keys(signs)) {
    const at = [...new Set(usable.filter(r => signOf(r.role) === sign && isMet(state, r.role)).flatMap(r => r.sites))].map(s => view.sites[s]).filter(p => p && p[0] > -5 && p[0] < width + 5 && p[1] > -5 && p[1] < height + 5);
    if (!at.length) continue;
    if (sign !== "cache") main.push(...at);
    const size = sign === "cache" ? at.length > 60 ? 2.2 : 3.4 : at.length > 40 ? 3.6 : 5.4;
    const d = at.map(([x, y]) => translated(signs[sign], x, y, size)).join("");
    node.append(svg("path", {class: "site halo", d}), svg("path", {class: "site", d}));
  }
  nameMetros(state, view, node, main, isDifference ? m.harms[i].map(h => h.m) : [], isDifference ? "loser" : "");
  const nearest = e => {
    const b = node.getBoundingClientRect(), x = (e.clientX - b.left) * width / b.width, y = (e.clientY - b.top) * height / b.height;
    let best = null, least = 18;
    for (const u of view.users) { const d = Math.hypot(u.at[0] - x, u.at[1] - y) - u.r; if (d < least) { least = d; best = u; } }
    return best && {u: best, site: null} || nearestSite(state, view, usable, x, y);
  };
  node.addEventListener("pointermove", e => {
    const on = nearest(e);
    if (!on) return hideTip();
    if (on.site) return showTip(tipLines(on.site.name, [[null, on.site.kind, on.roles]]), e.clientX, e.clientY);
    const k = on.u.k;
    showTip(tipLines(place(state, k).name, [
      [i, state.name(i), estimate(f.v[i][k], f.unit)],
      ...(f.d?.[i]?.[k] ? [[null, `against ${state.name(0)}`, signed(f.d[i][k], f.unit)]] : []),
      ...(verdictOf(state, i, k) ? [[null, "verdict", verdictOf(state, i, k)]] : []),
      [null, `of all ${state.of.requests}`, `${number(100 * m.shares[k], 1)} %`],
    ]), e.clientX, e.clientY);
  });
  node.addEventListener("pointerleave", hideTip);
  return el("figure", {}, el("figcaption", {}, el("i", {class: `key p${i}`}), title), node);
}

// isMet reports whether a role serves workloads of the kind that is shown.
function isMet(state, role) {
  const sign = signOf(role), kind = state.of.kind;
  return kind === "cacheable" ? sign !== "compute" : sign === "compute";
}

function nearestSite(state, view, roles, x, y) {
  let best = -1, least = 8;
  for (const s of new Set(roles.filter(r => isMet(state, r.role)).flatMap(r => r.sites))) {
    const at = view.sites[s];
    const d = at ? Math.hypot(at[0] - x, at[1] - y) : 99;
    if (d < least) { least = d; best = s; }
  }
  return best < 0 ? null : {site: state.data.sites[best], roles: [...new Set(roles.filter(r => r.sites.includes(best)).map(r => r.role))].join(", ")};
}

// nameMetros writes the names of those who lose most, then of the largest, where they cover neither one another nor what else is there.
function nameMetros(state, view, node, sites, losers, className) {
  const m = state.of.metros, taken = sites.map(([x, y]) => [x - 6, y - 7, 12, 13]);
  const largest = m.metros.map((_, k) => k).sort((a, b) => m.shares[b] - m.shares[a]), worst = losers.slice(0, 6);
  let written = 0;
  for (const [k, kind] of [...worst.map(k => [k, className]), ...largest.slice(0, 8).filter(k => !worst.includes(k)).map(k => [k, ""])]) {
    const u = view.users.find(u => u.k === k);
    if (!u || written === 7) continue;
    const text = place(state, k).name.replace(/,.*/, ""), w = (kind ? 6.8 : 6.2) * text.length, [x, y] = u.at;
    const boxes = [[x + u.r + 3, y - 7], [x - u.r - 3 - w, y - 7], [x - w / 2, y - u.r - 15], [x - w / 2, y + u.r + 2]].map(([left, top]) => [left, top, w, 13]);
    const meets = (a, b) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3];
    const dots = kind ? [] : view.users.filter(o => o !== u && o.r > 3).map(o => [o.at[0] - o.r, o.at[1] - o.r, 2 * o.r, 2 * o.r]);
    const box = boxes.find(b => b[0] > 2 && b[0] + w < view.width - 2 && b[1] > 0 && b[1] + 13 < view.height && ![...taken.filter(t => Math.hypot(t[0] + 6 - x, t[1] + 7 - y) > 1), ...dots].some(t => meets(b, t)));
    if (!box) continue;
    taken.push(box);
    written++;
    node.append(svg("text", {class: `name ${kind}`, x: box[0].toFixed(1), y: (box[1] + 11).toFixed(1)}, text));
  }
}

function ramp(low, high, position, f) {
  const w = 220, node = svg("svg", {width: w + 20, height: 38, role: "img", "aria-label": `colours from ${short([low], f.unit)} to ${short([high], f.unit)}`});
  for (let x = 0; x < w; x += 4) node.append(svg("rect", {x: x + 8, y: 2, width: 4.5, height: 12, fill: sequential(f.better === "more" ? 1 - x / w : x / w)}));
  const ticks = f.unit === "ms" && low > 0 && high > 1.5 * low ? scaleLog().domain([low, high]).ticks(6) : Array.from({length: 4}, (_, k) => low + k * (high - low) / 3);
  let last = -99;
  for (const t of high > low ? ticks : [low]) {
    const x = 8 + position(t) * w, text = number(t);
    if (x - last < 8 + 7 * text.length) continue;
    last = x;
    node.append(svg("path", {d: `M${x},14v4`, stroke: "var(--faint)"}), svg("text", {x, y: 30, "font-size": 11, "text-anchor": "middle", fill: "var(--ink)"}, text));
  }
  return el("span", {class: "legend"}, el("span", {}, `${f.unit}`), node);
}

function divergingRamp(spread) {
  const w = 240, node = svg("svg", {width: w + 70, height: 38, role: "img", "aria-label": "colours: faster, undecided or the same, slower"});
  for (let x = 0; x < w; x += 4) {
    const t = 2 * x / w - 1;
    if (Math.abs(t) > .17) node.append(svg("rect", {x: x + 30, y: 2, width: 4.5, height: 12, fill: diverging(t)}));
  }
  node.append(svg("rect", {x: 30 + w / 2 - 20, y: 2, width: 41, height: 12, fill: undecided()}));
  for (const [x, text] of [[40, `faster −${number(spread)} ms`], [30 + w / 2, "undecided, same"], [20 + w, `slower +${number(spread)} ms`]]) node.append(svg("text", {x, y: 30, "font-size": 11, "text-anchor": "middle", fill: "var(--ink)"}, text));
  return node;
}

function sizes(view, m) {
  const shares = [view.most, view.most / 4];
  const node = svg("svg", {width: 2 * (view.radius(view.most) + view.radius(view.most / 4)) + 96, height: 38, role: "img", "aria-label": "sizes: demand"});
  let x = 4;
  for (const s of shares) {
    const r = view.radius(s);
    node.append(svg("circle", {cx: x + r, cy: 16, r: Math.min(r, 15), fill: "none", stroke: "var(--ink)"}), svg("text", {x: x + 2 * r + 4, y: 20, "font-size": 11, fill: "var(--ink)"}, `${number(100 * s, 1)} %`));
    x += 2 * r + 46;
  }
  return el("span", {class: "legend"}, el("span", {}, "demand"), node);
}

function roles(state, shown) {
  const present = [...new Set(shown.flatMap(i => state.data.placements[i].roles.map(r => r.role)))].filter(r => isMet(state, r));
  const bySign = Map.groupBy ? Map.groupBy(present, signOf) : present.reduce((all, r) => all.set(signOf(r), [...all.get(signOf(r)) ?? [], r]), new Map());
  return el("span", {class: "legend"}, ...[...bySign].map(([sign, names]) => el("span", {class: "legend"},
    svg("svg", {width: 16, height: 16, "aria-hidden": "true"}, svg("path", {class: "site", d: translated(signs[sign], 8, 8, 5)})), names.join(", "))));
}
