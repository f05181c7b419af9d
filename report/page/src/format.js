// Numbers as people read them: as many decimals as the interval can carry, as in comparison.md.

export function decimals(value, half = 0) {
  const scale = half > 0 ? half : Math.abs(value);
  if (!scale) return 0;
  const digits = half > 0 ? 2 : 3;
  return Math.max(0, Math.min(3, digits - 1 - Math.floor(Math.log10(scale))));
}

export function number(x, places = decimals(x)) {
  const [whole, fraction] = Math.abs(x).toFixed(places).split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") : whole;
  const text = fraction ? `${grouped}.${fraction}` : grouped;
  return x < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

const half = e => e.length > 1 ? (e[2] - e[1]) / 2 : 0;

// estimate writes [value, low, high]. What may as well be nothing, and is less than its interval is wide, has a mark, as in comparison.md.
export function estimate(e, unit = "") {
  const untold = e?.length > 1 && e[0] > 0 && e[1] === 0 && e[2] > e[0] && half(e) >= .001;
  if (!untold) return plain(e, unit);
  const d = decimals(e[0], half(e));
  return withUnit(`${number(e[0], d)} [${number(e[1], d)}, ${number(e[2], d)}]?`, unit);
}

function plain(e, unit) {
  if (!e) return "n/a";
  const d = decimals(e[0], half(e));
  let text = number(e[0], d);
  if (e.length > 1) {
    const h = half(e);
    text += Math.abs(e[2] - e[0] - (e[0] - e[1])) > 0.2 * h ? ` [${number(e[1], d)}, ${number(e[2], d)}]` : ` ± ${number(h, h > 0 && h < .001 ? 3 : d)}`;
  }
  return withUnit(text, unit);
}

export function short(e, unit = "") { return e ? withUnit(number(e[0], decimals(e[0], half(e))), unit) : "n/a"; }

export function signed(e, unit = "") { return e?.every(x => x === 0) ? "0" : e ? (e[0] > 0 ? "+" : "") + plain(e, unit) : ""; }

export const withUnit = (text, unit) => unit ? `${text} ${unit}` : text;

export const range = e => e && e.length > 1 ? `${number(e[1], decimals(e[0], half(e)))} to ${number(e[2], decimals(e[0], half(e)))}` : "";

// difference units: of percents points.
export const differenceUnit = unit => unit === "%" ? "pp" : unit;

export const time = ms => number(ms, ms < 1 ? 2 : ms < 10 ? 1 : ms < 100 ? 1 : 0);
