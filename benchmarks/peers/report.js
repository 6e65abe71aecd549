// The results as Markdown.
'use strict';

function table(headings, alignment, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = [...alignment].map((a) => (a === 'r' ? '---:' : '---'));
  return [line(headings), line(rule), ...rows.map(line)].join('\n') + '\n';
}

const ms = (value) => value.toFixed(value < 10 ? 3 : 1);
const times = (c) => `${c.ratio.toFixed(2)}x`;
const timesWithInterval = (c) => `${times(c)} (${c.low.toFixed(2)} to ${c.high.toFixed(2)})`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);

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

function startTable(results) {
  const rows = results.networks.map((n) => {
    const s = n.start;
    const ort = Math.min(s.ort_f32.open_and_first_ms, s.ort_u8.open_and_first_ms,
      s.ort_s8.open_and_first_ms);
    return [n.name, ...['octavo_f32', 'octavo_int8', 'ort_f32', 'ort_s8', 'ort_u8'].map((k) =>
      ms(s[k].open_and_first_ms)), `${(ort / s.octavo_int8.open_and_first_ms).toFixed(2)}x`];
  });
  return table(['network', 'Octavo float32', 'Octavo int8', 'ORT float32', 'ORT int8 (s8)',
    'ORT int8 (u8)', 'int8 against the fastest of ORT'], 'lrrrrrr', rows);
}

function sizeTable(results) {
  const keys = ['octavo_f32', 'octavo_int8', 'ort_f32', 'ort_s8', 'ort_u8'];
  const rows = results.networks.map((n) => [n.name,
    ...keys.map((k) => `${megabytes(n.files[k])} / ${megabytes(n.start[k].resident_bytes)}`)]);
  return table(['network', 'Octavo float32', 'Octavo int8', 'ORT float32', 'ORT int8 (s8)',
    'ORT int8 (u8)'], 'lrrrrr', rows);
}

function scalingTable(results, threads) {
  const rows = results.networks.filter((n) => n.latency[1] && n.latency[threads]).map((n) =>
    [n.name, ...['octavo_f32', 'octavo_int8', 'ort_f32', 'ort_s8', 'ort_u8'].map((k) =>
      `${(n.latency[1][k].median_ms / n.latency[threads][k].median_ms).toFixed(2)}x`)]);
  return table(['network', 'Octavo float32', 'Octavo int8', 'ORT float32', 'ORT int8 (s8)',
    'ORT int8 (u8)'], 'lrrrrr', rows);
}

function markdown(results) {
  const counts = [...new Set(results.networks.flatMap((n) => Object.keys(n.latency)))].map(Number);
  const parts = [
    `${results.cpu}, ${results.cpus} CPUs; ${results.date.slice(0, 10)}; ONNX Runtime ` +
    `${results.onnxruntime} (Node ${results.node}); load average ${results.load_before.toFixed(2)} ` +
    `before, ${results.load_after.toFixed(2)} after.\nCommand: \`${results.command}\`\n\n` +
    'Batch 1, random weights. Octavo and ONNX Runtime (ORT) take turns block by block; medians of ' +
    'the blocks\' medians, ratios with a 95 % interval from a bootstrap over neighbouring blocks. ' +
    'ORT runs with all graph optimizations, through its native binding called directly, with ' +
    'tensors made beforehand; its public `session.run` would add ' +
    `${(results.call_overhead_ms * 1e3).toFixed(0)} µs per call. ORT int8 is QDQ with int8 weights ` +
    'per channel; s8 has signed activations (the default of its quantizer), u8 unsigned ones.\n',
  ];
  if (results.load_before > results.cpus / 2)
    parts.push('**Warning: the machine was busy. Medians are too high, most of all with several ' +
      'threads; `min_ms` in results.json is closer to the truth.**\n');
  for (const threads of counts)
    parts.push(`### Milliseconds per image, ${threads} thread${threads === 1 ? '' : 's'}\n`,
      latencyTable(results, threads));
  for (const threads of counts.filter((t) => t > 1 && counts.includes(1)))
    parts.push(`### Gain of ${threads} threads over one\n`, scalingTable(results, threads));
  parts.push('### Milliseconds from the file to the first result, one thread, fresh processes\n',
    startTable(results),
    'Without the start of the process, and for ORT without loading its library ' +
    `(${results.networks[0].start.ort_f32.library_ms.toFixed(0)} ms).\n`,
    '### File and growth of resident memory until after the first run, MB\n', sizeTable(results));
  return parts.join('\n');
}

module.exports = { markdown };
