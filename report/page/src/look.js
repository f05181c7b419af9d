// Colours and lines. A colour is a placement, the same in all pictures of a report; the dash tells placements apart without colours.
import * as Plot from "@observablehq/plot";
import {interpolateViridis} from "d3-scale-chromatic";
import {el} from "./dom.js";

export const color = i => `var(--p${i % 12})`;
// textColor is dark enough for text, the colour of a placement otherwise.
export const textColor = i => `var(--n${i % 12})`;
// isAgain says that the colour is that of a placement before: what has no dashes is hollow then.
export const isAgain = i => i > 6;
export const dash = i => i === 0 ? undefined : ["none", "8,2", "3,2", "8,2,2,2", "13,3"][i % 5];

let isDark = false;

// setDark says on what is drawn from now on: on paper it is white.
export function setDark(isPrinting) { isDark = !isPrinting && matchMedia("(prefers-color-scheme: dark)").matches; }

// What is slow stands out from the paper: dark on white, bright on black.
export const sequential = t => interpolateViridis(isDark ? t : 1 - t);

// diverging goes from better (-1) to worse (1).
const arms = {light: [["#c9e7e2", "#01665e"], ["#fbd9c6", "#a3390e"]], dark: [["#1f4f49", "#7fe3d4"], ["#5c3220", "#ffa274"]]};
export function diverging(t) {
  const [from, to] = arms[isDark ? "dark" : "light"][t < 0 ? 0 : 1].map(c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)));
  const u = Math.min(1, Math.abs(t));
  return `rgb(${from.map((a, i) => Math.round(a + (to[i] - a) * u)).join()})`;
}
export const undecided = () => isDark ? "#6b7178" : "#b9bdc2";

// Causes have the colours of the static pictures, in their order (report/cause_colours.go): the same on every page. On black those that are too dark there are brighter.
const causeColors = ["#88ccee", "#332288", "#ddcc77", "#117733", "#cc6677", "#44aa99", "#882255", "#aaaa00", "#aa4499", "#9988ff", "#ee8866", "#442200", "#ffaabb", "#dddddd", "#997755", "#9922ff"];
const onBlack = {"#332288": "#6655dd", "#882255": "#bb3377", "#555555": "#888888"};
export function causeColor(i) {
  const color = causeColors[i % causeColors.length];
  return isDark && onBlack[color] || color;
}
// causeInk is black or white: what has a contrast of 4.5 or more on the colour of a cause.
export function causeInk(i) {
  const [r, g, b] = [1, 3, 5].map(k => parseInt(causeColor(i).slice(k, k + 2), 16));
  return .299 * r + .587 * g + .114 * b < 120 ? "#fff" : "#111";
}

// plot is Plot.plot without what the content policy refuses: a style element of its own.
export function plot(options) {
  const node = Plot.plot({className: "plot", ...options, style: {color: "var(--ink)", background: "none", fontSize: "12px", ...options.style}});
  node.querySelectorAll("style").forEach(s => s.remove());
  node.querySelectorAll("[aria-label]").forEach(g => { g.removeAttribute("aria-label"); g.removeAttribute("aria-description"); });
  node.classList.add("plot");
  node.setAttribute("role", "img");
  return node;
}

export function legend(state, placements = state.shown) {
  return el("ul", {class: "legend"}, ...placements.map(i => el("li", {}, el("i", {class: `key p${i}`}), state.name(i))));
}

const inMiddle = (text, most) => text.length <= most ? text : `${text.slice(0, Math.ceil((most - 1) / 2))}…${text.slice(text.length - Math.floor((most - 1) / 2))}`;

// fromDifference shortens a name to so many letters of the words in which it first differs from each of others, behind its beginning.
function fromDifference(text, others, most) {
  const alike = o => { let n = 0; while (n < text.length && text[n] === o[n]) n++; return n; };
  const wordAt = n => { const word = n - /[^\s,;-]*$/.exec(text.slice(0, n))[0].length; return n - word < most / 4 ? word : n; };
  const places = [...new Set(others.map(o => wordAt(alike(o))))].sort((a, b) => a - b), head = Math.min(places[0], Math.floor(most / 4));
  const room = Math.max(1, Math.floor((most - head - places.length - 1) / places.length));
  const end = k => Math.min(places[k] + room, places[k + 1] ?? text.length);
  return text.slice(0, head) + places.map((from, k) => (k && end(k - 1) === from ? "" : "…") + text.slice(from, end(k))).join("") + (end(places.length - 1) < text.length ? "…" : "");
}

// shorten shortens a name to so many letters: without its middle or, where others of the names beside it would read the same, without what these have as well.
export function shorten(text, most, names = []) {
  const short = inMiddle(text, most), same = names.filter(o => o !== text && inMiddle(o, most) === short);
  return same.length ? fromDifference(text, same, most) : short;
}

// cut shortens a name to a width in px of 12 px letters, so that it differs from the names beside it.
export const cut = (text, width, names) => shorten(text, Math.max(4, Math.floor(width / 6.3)), names);

export const nameWidth = (names, width) => Math.min(width * .36, 210, 16 + 6.6 * Math.max(...names.map(n => n.length)));
