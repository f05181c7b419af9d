// What happens in the run: which sites are down, and until when their users are still sent there.
import * as Plot from "@observablehq/plot";
import {figure} from "./dom.js";
import {cut, nameWidth, plot} from "./look.js";
import {number} from "./format.js";

export function drawTimeline(state, width) {
  const events = state.data.events ?? [];
  if (!events.length) return null;
  const names = [...new Set(events.map(e => e.site))], left = nameWidth(names, width), row = 30;
  const unit = state.data.run_s > 7200 ? ["h", 3600] : state.data.run_s > 300 ? ["min", 60] : ["s", 1];
  const t = s => s / unit[1];
  const drawing = plot({
    width, height: row * names.length + 50, marginLeft: left, marginRight: 20, marginTop: 8, marginBottom: 38, color: {type: "identity"},
    x: {domain: [0, t(state.data.run_s)], label: `time of the run, ${unit[0]}`, labelAnchor: "center", labelArrow: "none"}, y: {domain: [-.5, names.length - .5], reverse: true, axis: null},
    ariaLabel: events.map(e => e.text).join("; "),
    marks: [
      Plot.rect([0], {x1: 0, x2: t(state.data.warm_up_s), y1: -.5, y2: names.length - .5, fill: "var(--panel)"}),
      t(state.data.warm_up_s) > 0 ? Plot.text([0], {x: t(state.data.warm_up_s) / 2, frameAnchor: "bottom", dy: -3, text: () => "warm-up", fill: "var(--faint)", fontSize: 11}) : null,
      Plot.gridX({stroke: "var(--grid)", strokeOpacity: 1}),
      Plot.rect(events, {x1: e => t(e.from_s), x2: e => t(Math.min(e.to_s, state.data.run_s)), y1: e => names.indexOf(e.site) - .28, y2: e => names.indexOf(e.site) + .28, fill: "var(--worse-tint)", stroke: "var(--worse)"}),
      Plot.rect(events, {x1: e => t(e.from_s), x2: e => t(e.noted_s), y1: e => names.indexOf(e.site) - .28, y2: e => names.indexOf(e.site) + .28, fill: "var(--worse)"}),
      Plot.text(names, {frameAnchor: "left", y: (_, k) => k, text: n => cut(n, left - 12), dx: -8, textAnchor: "end"}),
    ],
  });
  return figure({
    title: "Sites that are down", note: "Dark: its users are still sent there. Light: they are served elsewhere.", drawing,
    data: () => ({caption: `failures, ${unit[0]} of the run`, columns: ["site", "down from", "users sent elsewhere from", "up again"], rows: events.map(e => [e.site, number(t(e.from_s), 2), number(t(e.noted_s), 2), number(t(e.to_s), 2)])}),
  });
}
