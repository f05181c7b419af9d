// Who loses: the metros of a workload in the order of what is done to them by the placements that are shown.

export function order(state) {
  const m = state.of.metros;
  const size = new Float64Array(m.metros.length);
  for (const i of state.shown) for (const h of m.harms[i]) size[h.m] = Math.max(size[h.m], h.size);
  return m.metros.map((_, k) => k).sort((a, b) => size[b] - size[a] || m.shares[b] - m.shares[a] || a - b).map(k => ({k, loses: size[k] > 0}));
}

export const harmOf = (state, i, k) => state.of.metros.harms[i].find(h => h.m === k);

export const place = (state, k) => state.data.metros[state.of.metros.metros[k]];

// verdictOf says what is shown of a metro: of its mean, and of who is not served as they want.
export function verdictOf(state, i, k) {
  const harm = harmOf(state, i, k), mean = verdicts[state.of.metros.verdicts[i][k]];
  return !harm ? mean : mean === "worse" || !mean ? `worse: ${harm.text}` : `${mean}, but ${harm.text}`;
}

const verdicts = {b: "better", w: "worse", s: "same", u: "undecided", " ": ""};
