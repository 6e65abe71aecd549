// Medians, and how sure they are.
'use strict';

const sorted = (values) => [...values].sort((a, b) => a - b);

function percentile(values, p) {
  const list = sorted(values);
  const rank = (p / 100) * (list.length - 1);
  const low = Math.floor(rank);
  return list[low] + (rank - low) * (list[Math.min(low + 1, list.length - 1)] - list[low]);
}

const median = (values) => percentile(values, 50);

// Seeded, so that the same measurements give the same interval.
function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// The ratio of the medians of two lists of neighbouring blocks, with a 95 % confidence interval by
// bootstrap over the pairs.
function compareBlocks(first, second) {
  const pairs = Math.min(first.length, second.length);
  const random = makeRandom(1);
  const ratios = [];
  for (let r = 0; r < 1000; r++) {
    const picks = Array.from({ length: pairs }, () => Math.floor(random() * pairs));
    ratios.push(median(picks.map((i) => first[i])) / median(picks.map((i) => second[i])));
  }
  return {
    ratio: median(first) / median(second),
    low: percentile(ratios, 2.5),
    high: percentile(ratios, 97.5),
  };
}

module.exports = { median, percentile, compareBlocks };
