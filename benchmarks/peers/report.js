// The results as Markdown.
'use strict';

const { table, ms, times, timesWithInterval } = require('./format.js');
const { startReport } = require('./start_report.js');

// The quicker of some variants.
function best(latency, keys) {
  return keys.reduce((a, b) => (latency[a].median_ms <= latency[b].median_ms ? a : b));
}

const NAMES = { ort_f32: 'float32', ort_u8: 'u8', ort_s8: 's8' };

function latencyTable(results, threads) {
  const rows = results.networks.filter((n) => n.latency[threads]).map((n) => {
    const l = n.latency[threads];
    const defaults = best(l, ['ort_f32', 'ort_s8']), fastest = best(l, ['ort_f32', 'ort_s8', 'ort_u8']);
    return [n.name, ms(l.octavo_f32.median_ms), ms(l.octavo_int8.median_ms),
      ms(l.ort_f32.median_ms), ms(l.ort_s8.median_ms), ms(l.ort_u8.median_ms),
      times(l.speedup.octavo_f32), times(l.float_speedup),
      `${timesWithInterval(l.speedup[defaults])} ${NAMES[defaults]}`,
      `${timesWithInterval(l.speedup[fastest])} ${NAMES[fastest]}`];
  });
  return table(['network', 'Octavo float32', 'Octavo int8', 'ORT float32', 'ORT int8 (s8)',
    'ORT int8 (u8)', 'int8 against Octavo float32', 'float32 against ORT float32',
    'int8 against ORT float32 or s8', 'int8 against the fastest of ORT'], 'lrrrrrrrrr', rows);
}

function scalingTable(results, threads) {
  const rows = results.networks.filter((n) => n.latency[1] && n.latency[threads]).map((n) =>
    [n.name, ...['octavo_f32', 'octavo_int8', 'ort_f32', 'ort_s8', 'ort_u8'].map((k) =>
      `${(n.latency[1][k].median_ms / n.latency[threads][k].median_ms).toFixed(2)}x`)]);
  return table(['network', 'Octavo float32', 'Octavo int8', 'ORT float32', 'ORT int8 (s8)',
    'ORT int8 (u8)'], 'lrrrrr', rows);
}

// How latency was measured, and its tables.
function latencyReport(results, counts) {
  const parts = ['Batch 1, random weights. Octavo and ONNX Runtime (ORT) take turns block by ' +
    "block; medians of the blocks' medians, ratios with a 95 % interval from a bootstrap over " +
    'neighbouring blocks. ORT runs with all graph optimizations, through its native binding ' +
    'called directly, with tensors made beforehand; its public `session.run` would add ' +
    `${(results.call_overhead_ms * 1e3).toFixed(0)} µs per call. ORT int8 is QDQ with int8 ` +
    'weights per channel; s8 has signed activations (the default of its quantizer), u8 unsigned ' +
    'ones.\n'];
  for (const threads of counts)
    parts.push(`### Milliseconds per image, ${threads} thread${threads === 1 ? '' : 's'}\n`,
      latencyTable(results, threads));
  for (const threads of counts.filter((t) => t > 1 && counts.includes(1)))
    parts.push(`### Gain of ${threads} threads over one\n`, scalingTable(results, threads));
  return parts;
}

function markdown(results) {
  const counts = [...new Set(results.networks.flatMap((n) => Object.keys(n.latency)))].map(Number);
  const parts = [
    `${results.cpu}, ${results.cpus} CPUs; ${results.date.slice(0, 10)}; ONNX Runtime ` +
    `${results.onnxruntime} (Node ${results.node}); load average ${results.load_before.toFixed(2)} ` +
    `before, ${results.load_after.toFixed(2)} after.\nCommand: \`${results.command}\`\n`];
  if (results.load_before > results.cpus / 2)
    parts.push('**Warning: the machine was busy. Medians are too high, most of all with several ' +
      'threads; `min_ms` in results.json is closer to the truth.**\n');
  if (counts.length)
    parts.push(...latencyReport(results, counts));
  return [...parts, ...startReport(results)].join('\n');
}

module.exports = { markdown };
