// What the page is made of: elements, tables, and the note that follows the pointer.

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter(c => c !== undefined && c !== null));
  return node;
}

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// table takes cells of text; those of `texts` columns from the left are aligned to the left.
export function table({caption, columns, rows, texts = 1}) {
  const cell = (text, i) => i === 0 ? el("th", {scope: "row"}, text) : el("td", {class: i < texts ? "text" : undefined}, text);
  return el("div", {class: "scroll", tabindex: "0", role: "group", "aria-label": caption},
    el("table", {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...columns.map((c, i) => el("th", {scope: "col", class: i < texts ? "text" : undefined}, c)))),
      el("tbody", {}, ...rows.map(row => el("tr", {}, ...row.map(cell))))));
}

// figure is a drawing under its title, with its table, which is made when it is opened.
export function figure({title, note, legend, drawing, data}) {
  const node = el("figure", {}, el("figcaption", {}, title, note && el("small", {}, note)), legend, drawing);
  if (data) node.append(dataTable(data));
  return node;
}

export function dataTable(data) {
  const details = el("details", {class: "data"}, el("summary", {}, "Table"));
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(table(data())); });
  return details;
}

const tip = el("div", {id: "tip", hidden: true, role: "status"});

export function showTip(content, x, y) {
  if (!tip.isConnected) document.body.append(tip);
  tip.replaceChildren(...[content].flat());
  tip.hidden = false;
  const {width, height} = tip.getBoundingClientRect();
  const left = x + 14 + width > innerWidth - 8 ? x - 14 - width : x + 14;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, Math.min(y + 14, innerHeight - height - 8))}px`;
}

export function hideTip() { tip.hidden = true; }
addEventListener("scroll", hideTip, {passive: true});
addEventListener("keydown", e => { if (e.key === "Escape") hideTip(); });

// lines are the rows of a tip: a key, a name and a number.
export function tipLines(title, rows) {
  return [el("b", {}, title), ...rows.map(([placement, name, value]) =>
    el("div", {}, placement === null ? "" : el("i", {class: `key p${placement}`}), el("span", {}, name), el("em", {}, value)))];
}
