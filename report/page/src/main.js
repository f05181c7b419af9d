// The page: reads its data, draws the sections that have content, and draws them again when something else is to be shown.
import {drawBill} from "./bill.js";
import {drawBreakdown} from "./breakdown.js";
import {read} from "./data.js";
import {el, hideTip} from "./dom.js";
import {drawDownloads} from "./download.js";
import {drawFilters} from "./filters.js";
import {setDark} from "./look.js";
import {drawLatency} from "./latency.js";
import {drawLinks} from "./links.js";
import {drawMap} from "./map.js";
import {drawMetros} from "./metros.js";
import {drawSearch} from "./search.js";
import {drawCaches, drawGames, drawOthers, drawSites, drawWithin} from "./sections.js";
import {State} from "./state.js";
import {drawAlong, drawCrossings, drawInfluences} from "./sweep.js";
import {drawTimeline} from "./timeline.js";

const sections = {
  within: drawWithin, latency: drawLatency, breakdown: drawBreakdown, map: drawMap, metros: drawMetros, caches: drawCaches, games: drawGames,
  others: drawOthers, sites: drawSites, links: drawLinks, timeline: drawTimeline, bill: drawBill, search: drawSearch, downloads: drawDownloads,
  along: drawAlong, crossings: drawCrossings, influences: drawInfluences,
};
const ofAll = new Set(["links", "search", "downloads"]); // of all workloads

const printWidth = 680;

// pause lets the browser do what waits, and goes on.
const channel = new MessageChannel();
function pause(then) {
  channel.port1.onmessage = then;
  channel.port2.postMessage(0);
}

async function start() {
  const begun = performance.now();
  const state = new State(await read());
  const main = document.querySelector("main"), form = document.getElementById("filters");
  let width = 0, isPrinting = false;

  function drawSection(name) {
    const section = document.getElementById(name);
    if (!section) return;
    const open = [...section.querySelectorAll(":scope > .drawn details[open] > summary")].map(s => s.textContent);
    let drawing = null;
    try {
      drawing = sections[name](state, isPrinting ? printWidth : width, redraw);
    } catch (error) { // the others are drawn
      console.error(`${name}: ${error.stack}`);
    }
    section.querySelector(":scope > .drawn")?.remove();
    section.hidden = !drawing && name !== "search";
    if (!drawing) return;
    const about = section.querySelector("h2");
    if (!ofAll.has(name) && state.data.workloads.length > 1) {
      if (!about.querySelector("small")) about.append(" ", el("small", {class: "basis"}));
      about.querySelector("small").textContent = state.of.name;
    }
    const node = el("div", {class: "drawn"}, drawing);
    for (const d of node.querySelectorAll("details")) if (open.includes(d.firstChild.textContent) && d.firstChild.textContent !== "Table") d.open = true;
    about.after(node);
  }

  // What is in view is drawn at once, the rest in the pauses after it, so that nobody waits for what they do not see. On paper all is.
  let queue = [], isWaiting = false;
  function draw() {
    hideTip();
    setDark(isPrinting);
    width = Math.floor(main.getBoundingClientRect().width);
    delete document.documentElement.dataset.drawn;
    const isInView = name => {
      const box = document.getElementById(name)?.getBoundingClientRect();
      return isPrinting || box && box.height > 0 && box.top < innerHeight && box.bottom > 0;
    };
    const [now, later] = [[], []];
    for (const name of Object.keys(sections)) (isInView(name) ? now : later).push(name);
    for (const name of now) drawSection(name);
    queue = later;
    if (isPrinting) finish();
    else if (!isWaiting) next();
  }

  function next() {
    isWaiting = queue.length > 0;
    if (!isWaiting) return finish();
    pause(() => {
      const until = performance.now() + 150;
      do if (queue.length) drawSection(queue.shift()); while (performance.now() < until && queue.length);
      next();
    });
  }

  function finish() { document.documentElement.dataset.drawn = String(Math.round(performance.now() - begun)); }

  function redraw(name) {
    state.write();
    const focus = document.activeElement?.closest("section")?.id === name ? [...document.querySelectorAll(`#${name} select, #${name} button`)].indexOf(document.activeElement) : -1;
    if (!queue.includes(name)) drawSection(name);
    if (focus >= 0) document.querySelectorAll(`#${name} select, #${name} button`)[focus]?.focus();
  }

  function changed() {
    state.write();
    const focused = document.activeElement?.id || [...form.querySelectorAll("input")].indexOf(document.activeElement);
    drawFilters(form, state, changed);
    (typeof focused === "string" ? document.getElementById(focused) : form.querySelectorAll("input")[focused])?.focus();
    draw();
  }

  drawFilters(form, state, changed);
  draw();
  document.documentElement.dataset.ready = String(Math.round(performance.now() - begun));

  addEventListener("hashchange", () => { state.read(); drawFilters(form, state, changed); draw(); });
  let waiting;
  new ResizeObserver(() => {
    if (isPrinting || Math.abs(main.getBoundingClientRect().width - width) < 2) return;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  }).observe(main);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  const folded = new Set();
  addEventListener("beforeprint", () => {
    isPrinting = true;
    for (const d of document.querySelectorAll("details.more:not([open])")) { folded.add(d); d.open = true; }
    draw();
  });
  addEventListener("afterprint", () => {
    isPrinting = false;
    for (const d of folded) d.open = false;
    folded.clear();
    draw();
  });
}

start();
