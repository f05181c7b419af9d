// Names of lines, written at the lines, so that nobody has to look them up in a legend: beside their ends where all run to the edge, else within
// the drawing, beside each line where it covers nothing. Where one has no place none is written, and the legend stays.
import {svg} from "./dom.js";
import {shorten, textColor} from "./look.js";

const size = 12, room = 3, clear = 9, widest = 190;
const pen = document.createElement("canvas").getContext("2d");

// widthOf returns how wide a name is.
export function widthOf(name) {
  pen.font = `bold ${size}px "Liberation Sans", "Helvetica Neue", Arial, sans-serif`;
  return pen.measureText(name).width;
}

// fitting returns a name that is no wider than that, shortened if need be, so that it differs from the names beside it.
function fitting(name, width, names) {
  let most = name.length;
  while (most > 5 && widthOf(shorten(name, most, names)) > width) most--;
  return shorten(name, most, names);
}

// together joins the names of lines that lie on one another.
export const together = names => names.length < 3 ? names.join(", ") : `${names[0]} and ${names.length - 1} alike`;

const write = (drawing, number, name, x, y) => drawing.append(svg("text", {class: "line-name", "text-anchor": "start", x: x.toFixed(1), y: (y + size * .36).toFixed(1), fill: textColor(number)}, name));

// nameBeside names lines within a box of a drawing. A line is {number, name, points}, its points in px; `taken` are boxes [left, top, right, bottom]
// that are not to be covered. It returns whether all have a name.
export function nameBeside(drawing, lines, box, taken = []) {
  if (lines.length < 2) return true;
  const all = [], boxes = [...taken];
  for (const line of lines) {
    const name = fitting(line.name, widest, lines.map(l => l.name)), place = free(line, lines, box, boxes, widthOf(name));
    if (!place) return false;
    boxes.push(place);
    all.push([line.number, name, place[0], (place[1] + place[3]) / 2]);
  }
  for (const a of all) write(drawing, ...a);
  return true;
}

// free returns the box beside a line with most room around it, the nearest to its end of several, or nothing.
function free(line, lines, [left, top, right, bottom], boxes, w) {
  const h = size + 2, enough = 36;
  let best = null, most = 0;
  const along = walk(line.points, 8);
  for (let k = along.length - 1; k >= 0 && most < enough; k--) {
    const [x, y] = along[k];
    for (const [dx, dy] of [[room, room], [-room - w, -room - h], [room, -room - h], [-room - w, room], [room + 1, -h / 2], [-room - 1 - w, -h / 2]]) {
      const b = [x + dx, y + dy, x + dx + w, y + dy + h];
      if (b[0] < left + 2 || b[2] > right - 2 || b[1] < top + 1 || b[3] > bottom - 1) continue;
      if (boxes.some(t => b[0] - 2 < t[2] && t[0] < b[2] + 2 && b[1] - 2 < t[3] && t[1] < b[3] + 2) || gap(line.points, b, 2) < 2) continue;
      let around = enough;
      for (const o of lines) if (o !== line) around = Math.min(around, gap(o.points, b, around));
      if (around >= clear && around > most) [best, most] = [b, around];
    }
  }
  return best;
}

// walk returns places along a line, so many px apart, and its end.
function walk(points, step) {
  const places = [];
  let since = step;
  for (let k = 1; k < points.length; k++) {
    const [ax, ay] = points[k - 1], [bx, by] = points[k], length = Math.hypot(bx - ax, by - ay);
    for (let at = step - since; at < length; at += step) { places.push([ax + (bx - ax) * at / length, ay + (by - ay) * at / length]); since = 0; }
    since = since + length > step ? (since + length) % step : since + length;
  }
  places.push(points.at(-1));
  return places;
}

// gap returns how far a line is from a box, or some more than `enough`.
function gap(points, b, enough) {
  const out = (low, high, from, to) => Math.max(low - to, from - high, 0);
  let least = Infinity;
  for (let k = 1; k < points.length; k++) {
    const [ax, ay] = points[k - 1], [cx, cy] = points[k];
    const whole = Math.hypot(out(Math.min(ax, cx), Math.max(ax, cx), b[0], b[2]), out(Math.min(ay, cy), Math.max(ay, cy), b[1], b[3]));
    if (whole > enough || whole > least) continue;
    const pieces = Math.ceil(Math.hypot(cx - ax, cy - ay) / 3) || 1;
    for (let n = 0; n <= pieces; n++) {
      const x = ax + (cx - ax) * n / pieces, y = ay + (cy - ay) * n / pieces;
      least = Math.min(least, Math.hypot(out(x, x, b[0], b[2]), out(y, y, b[1], b[3])));
    }
  }
  return least;
}

// endRoom returns how much room names beside the right edge take, 0 where there is none for them: a legend is needed then.
export function endRoom(names, width, height) {
  const most = Math.min(widest, width * .3);
  return width < 440 || names.length * (size + 3) > height ? 0 : 26 + Math.min(most, Math.max(...names.map(widthOf)));
}

// nameEnds names lines beside the right edge, at the heights of their ends, moved apart where these are too near.
export function nameEnds(drawing, lines, edge, [top, bottom], width) {
  const step = size + 3, ends = lines.map(l => ({...l, y: l.points.at(-1)[1], x: l.points.at(-1)[0]})).sort((a, b) => a.y - b.y);
  const blocks = [];
  ends.forEach((e, k) => {
    blocks.push({first: k, count: 1, sum: e.y});
    const at = b => Math.min(Math.max(b.sum / b.count, top + step / 2), bottom - step * (b.count - .5));
    for (;;) {
      const [above, below] = blocks.slice(-2);
      if (!below || at(above) + step * above.count <= at(below)) break;
      above.sum += below.sum - step * above.count * below.count;
      above.count += below.count;
      blocks.pop();
    }
    for (const b of blocks) for (let n = 0; n < b.count; n++) ends[b.first + n].at = at(b) + step * n;
  });
  for (const e of ends) {
    drawing.append(svg("path", {d: `M${Math.min(e.x + 2, edge)},${e.y.toFixed(1)}L${edge + 20},${e.at.toFixed(1)}`, fill: "none", stroke: `var(--p${e.number % 12})`, "stroke-width": .8}));
    write(drawing, e.number, fitting(e.name, width - edge - 24, lines.map(l => l.name)), edge + 23, e.at);
  }
}
