// Where axes have marks.
import {number} from "./format.js";

// evenTicks are multiples of 1, 2 or 5 times a power of ten, about so many, and two at least.
export function evenTicks([low, high], wanted) {
  const rough = (high - low) / Math.max(2, wanted), power = 10 ** Math.floor(Math.log10(rough));
  const steps = [.5, 1, 2, 5, 10].map(f => f * power), at = steps.findIndex(s => s >= rough * .999);
  const every = step => {
    const ticks = [];
    for (let k = Math.ceil(low / step); k * step <= high; k++) ticks.push(+(k * step).toPrecision(12));
    return ticks;
  };
  const ticks = every(steps[at]);
  return ticks.length > 1 || at === 0 ? ticks : every(steps[at - 1]);
}

// tickText writes the number of a mark, with the digits that it has.
export function tickText(x) {
  const [, fraction = ""] = String(+x.toPrecision(9)).split(".");
  return number(x, fraction.includes("e") ? 3 : fraction.length);
}

// logTicks are 1, 2 and 5 in every decade, the powers of ten alone where there is no room; even ones where there are few of them.
export function logTicks([low, high], width) {
  const factors = Math.log10(high / low) > width / 130 ? [1] : [1, 2, 5];
  const ticks = [];
  for (let d = Math.floor(Math.log10(low)); d <= Math.log10(high); d++) for (const f of factors) ticks.push(+(f * 10 ** d).toPrecision(12));
  const inside = ticks.filter(t => t >= low && t <= high);
  return inside.length > 2 ? inside : evenTicks([low, high], 4);
}

// shareTicks mark shares down to a floor: powers of ten, and halves and fifths of them where the floor is near.
export function shareTicks(floor) {
  const factors = floor > .02 ? [1, .5, .2] : [1], ticks = [];
  for (let d = 1; d >= floor; d /= 10) for (const f of factors) if (d * f >= floor) ticks.push(+(d * f).toPrecision(12));
  return ticks;
}
