// Fresh processes of Octavo and of ONNX Runtime, in turns: from their start to the first answer,
// and the peak of their resident memory. Both also of the same programs without a model.
'use strict';

const path = require('path');
const { spawnSync } = require('child_process');
const { median, compareBlocks } = require('./statistics.js');

const ORT = ['ort_f32', 'ort_s8', 'ort_u8'];

// What is started: programs without a model (`bare`), and each with models.
function listSeries(args, network) {
  const file = (name) => path.join(args.models, `${network.name}${name}`);
  const octavo = (program, model) => [program, file(`-${model}.octavo`), file('.png')];
  const ort = (model) => [process.execPath, path.join(__dirname, 'ort_worker.js'),
    file(`-${model}.onnx`), '1', String(network.size)];
  const series = [
    { key: 'octavo', command: [args.run, '--version'] },
    { key: 'octavo_int8', bare: 'octavo', command: octavo(args.run, 'int8') },
    { key: 'octavo_f32', bare: 'octavo', command: octavo(args.run, 'float') },
    { key: 'node', command: [process.execPath, '-e', 'console.log(1)'] },
    { key: 'ort_f32', bare: 'node', command: ort('float') },
    { key: 'ort_s8', bare: 'node', command: ort('s8') },
    { key: 'ort_u8', bare: 'node', command: ort('u8') },
  ];
  if (args.static)
    series.push(
      { key: 'static', command: [args.static, '--version'] },
      { key: 'static_int8', bare: 'static', command: octavo(args.static, 'int8') });
  return series;
}

function startOnce(args, command) {
  const child = spawnSync(args['first-answer'], ['--', ...command], { encoding: 'utf8' });
  if (child.error) throw child.error;
  if (child.status !== 0) throw new Error(child.stderr.trim());
  return JSON.parse(child.stdout.trim().split('\n').at(-1));
}

// The lists of one series, and what its program adds to itself without a model, round by round.
function collect(started, bare) {
  const times = started.map((s) => s.first_answer_ms), peaks = started.map((s) => s.peak_bytes);
  const over = (list, key) => list.map((value, i) => value - (bare ? bare[i][key] : 0));
  return {
    times, peaks,
    timesAlone: over(times, 'first_answer_ms'), peaksAlone: over(peaks, 'peak_bytes'),
  };
}

const summary = (lists) => ({
  first_answer_ms: median(lists.times), slowest_ms: Math.max(...lists.times),
  alone_ms: median(lists.timesAlone),
  peak_bytes: median(lists.peaks), largest_peak_bytes: Math.max(...lists.peaks),
  alone_bytes: median(lists.peaksAlone),
});

// How many times as much the best of ONNX Runtime takes as Octavo's int8.
function compareBest(lists, what) {
  const best = ORT.reduce((a, b) => (median(lists[a][what]) <= median(lists[b][what]) ? a : b));
  return { peer: best, ...compareBlocks(lists[best][what], lists.octavo_int8[what]) };
}

function measureStarts(args, network) {
  const series = listSeries(args, network);
  const started = Object.fromEntries(series.map((s) => [s.key, []]));
  for (let round = 0; round < args.starts; round++)
    for (const s of round % 2 ? [...series].reverse() : series)
      started[s.key].push(startOnce(args, s.command));
  const lists = Object.fromEntries(series.map((s) =>
    [s.key, collect(started[s.key], started[s.bare])]));
  return {
    ...Object.fromEntries(series.map((s) => [s.key, summary(lists[s.key])])),
    against_ort: Object.fromEntries(['times', 'timesAlone', 'peaks', 'peaksAlone'].map((what) =>
      [what, compareBest(lists, what)])),
  };
}

module.exports = { measureStarts };
