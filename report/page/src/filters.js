// What is shown can be chosen: a workload, a metro, placements.
import {el} from "./dom.js";

export function drawFilters(form, state, changed) {
  const {workloads, metros, placements} = state.data;
  const parts = [];
  if (workloads.length > 1) parts.push(el("label", {}, "Workload ", el("select", {id: "workload", onchange: e => { state.workload = +e.target.value; state.curve = state.figure = ""; changed(); }},
    ...workloads.map((w, i) => el("option", {value: String(i), selected: i === state.workload}, w.name)))));
  if (metros.length > 1) {
    const sorted = metros.map((m, i) => [m.name, i]).sort((a, b) => a[0].localeCompare(b[0], "en"));
    parts.push(el("label", {}, "Metro ", el("select", {id: "metro", onchange: e => { state.metro = +e.target.value; changed(); }},
      el("option", {value: "-1", selected: state.metro < 0}, "all"), ...sorted.map(([name, i]) => el("option", {value: String(i), selected: i === state.metro}, name)))));
  }
  if (placements.length > 1) parts.push(el("fieldset", {id: "placements"}, el("legend", {}, "Placements"), ...placements.map((p, i) => el("label", {},
    el("input", {type: "checkbox", checked: state.on[i], onchange: e => {
      state.on[i] = e.target.checked;
      if (!state.on.some(Boolean)) { state.on[i] = true; e.target.checked = true; }
      changed();
    }}), el("i", {class: `key p${i}`}), p.name))));
  if (state.metro >= 0) parts.push(el("p", {class: "note"}, `${state.data.sweep ? "Lines by metro" : "Maps and metros"} show ${metros[state.metro].name}; all else is of the users of all metros.`));
  form.replaceChildren(...parts);
  form.hidden = !parts.length;
}
