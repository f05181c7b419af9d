// What links carry that all share, and how long is waited for them: of all workloads, a figure a strip.
import {el} from "./dom.js";
import {number} from "./format.js";
import {strips} from "./strips.js";

const atOnce = 3; // links that are drawn before anybody asks
const sharings = {fifo: "first come, first served", ps: "equal parts"};

export function drawLinks(state, width) {
  const links = state.data.links ?? [], parts = [];
  for (const l of links) {
    const figures = l.figures.filter(f => f.v.some((v, i) => state.on[i] && v && v[0] !== 0));
    const options = {isExplained: true, each: f => f.unit === "%" ? {domain: [0, Math.max(100, ...f.v.flatMap(v => v ?? []))]} : {}};
    const drawn = () => strips(state, figures, width, options);
    const node = figures.length ? drawn() : null;
    if (!node) continue;
    const name = `${l.from} → ${l.to}`, about = `${number(l.mbit)} Mbit/s, ${sharings[l.sharing] ?? l.sharing}`;
    if (parts.length < atOnce) parts.push(el("div", {}, el("h3", {}, name, " ", el("small", {class: "basis"}, about)), node));
    else parts.push(el("details", {}, el("summary", {}, `${name}: ${about}`), node));
  }
  if (!parts.length) return null;
  const others = state.data.other_links ? ` ${state.data.other_links} others, of which less is asked, are in comparison.json and utilisation.csv.` : "";
  return el("div", {}, el("p", {class: "note"},
    `Dots with ${number(100 * state.data.level, 0)} % intervals over the replications, of all workloads. Load: what came to a link by what it can carry. Busy: the share of the recorded time in which it sent, and of its busiest step. ` +
    `Wait: how much longer than alone a response took over the link, before its first byte (first come, first served) or its last (equal parts).${others}`), ...parts);
}
