// What starts.js found, as Markdown.
'use strict';

const { table, ms, timesWithInterval, megabytes } = require('./format.js');

const COLUMNS = [
  { key: 'octavo_int8', bare: 'octavo', name: 'Octavo int8' },
  { key: 'static_int8', bare: 'static', name: 'Octavo int8, static program' },
  { key: 'octavo_f32', bare: 'octavo', name: 'Octavo float32' },
  { key: 'ort_f32', bare: 'node', name: 'ORT float32' },
  { key: 'ort_s8', bare: 'node', name: 'ORT int8 (s8)' },
  { key: 'ort_u8', bare: 'node', name: 'ORT int8 (u8)' },
];
const NAMES = { ort_f32: 'float32', ort_s8: 's8', ort_u8: 'u8' };
const KINDS = [
  {
    heading: '### Milliseconds from the start of a process to its first answer',
    value: 'first_answer_ms', alone: 'alone_ms', ratio: 'times', ratioAlone: 'timesAlone', show: ms,
  },
  {
    heading: '### Peak of resident memory until it has answered, MB',
    value: 'peak_bytes', alone: 'alone_bytes', ratio: 'peaks', ratioAlone: 'peaksAlone',
    show: megabytes,
  },
];

const against = (c) => `${timesWithInterval(c)} ${NAMES[c.peer]}`;

function startTable(networks, kind) {
  const columns = COLUMNS.filter((c) => networks[0].start[c.key]);
  const rows = networks.map((n) => [n.name,
    ...columns.map((c) => `${kind.show(n.start[c.key][kind.value])} / ` +
      kind.show(n.start[c.key][kind.alone])),
    against(n.start.against_ort[kind.ratio]), against(n.start.against_ort[kind.ratioAlone])]);
  const bare = ['no model', ...columns.map((c) => kind.show(networks[0].start[c.bare][kind.value])),
    '', ''];
  return table(['network', ...columns.map((c) => c.name), 'the best of ORT over Octavo int8',
    'both without the program'], `l${'r'.repeat(columns.length + 2)}`, [bare, ...rows]);
}

function fileTable(networks) {
  const columns = COLUMNS.filter((c) => networks[0].files[c.key]);
  return table(['network', ...columns.map((c) => c.name)], `l${'r'.repeat(columns.length)}`,
    networks.map((n) => [n.name, ...columns.map((c) => megabytes(n.files[c.key]))]));
}

const verdict = (met) => (met ? 'met' : '**missed**');

const GOALS = {
  first_answer_ms: (goal, start) =>
    `first answer after ${ms(start.first_answer_ms)} ms (slowest ${ms(start.slowest_ms)}), goal ` +
    `${goal} ms: ${verdict(start.first_answer_ms <= goal)}`,
  beyond_file_mb: (goal, start, bytes) => {
    const beyond = start.largest_peak_bytes - bytes;
    return `at most ${megabytes(start.largest_peak_bytes)} MB resident, the file + ` +
      `${megabytes(beyond)} MB, goal file + ${goal} MB: ${verdict(beyond <= goal * 1e6)}`;
  },
};

function goalLines(networks) {
  const lines = [];
  for (const n of networks)
    for (const [goal, value] of Object.entries(n.goals ?? {}))
      for (const column of COLUMNS.slice(0, 2).filter((c) => n.start[c.key]))
        lines.push(`- ${n.name}, ${column.name}: ` +
          GOALS[goal](value, n.start[column.key], n.files.octavo_int8));
  return lines.length ? `Goals:\n\n${lines.join('\n')}\n` : '';
}

function startReport(results) {
  const parts = [];
  for (const kind of KINDS)
    parts.push(kind.heading + '\n', startTable(results.networks, kind));
  parts.push(
    `Medians of ${results.starts} fresh processes each, in turns, one thread; files in the page ` +
    'cache. Octavo: `octavo-run MODEL IMAGE`, which also decodes and preprocesses a PNG. ORT: ' +
    'Node, which loads the library, makes a session and runs on values made in memory. Measured ' +
    'by `octavo-first-answer`, which starts the process and waits for its first output, the ' +
    "result; memory is the system's ru_maxrss. Second figures: less what the program takes without a model " +
    '(`octavo-run --version`, `node -e`). In brackets 95 % intervals from a bootstrap over ' +
    'rounds.\n', goalLines(results.networks),
    '### Size of the file, MB\n', fileTable(results.networks));
  return parts.filter((part) => part !== '');
}

module.exports = { startReport };
