// Measures networks through Octavo and through ONNX Runtime in turns, block by block, and writes a
// table that pairs them. Started by the script `run` beside it, which makes the files.
//
//   node compare.js --bench octavo-bench --run octavo-run [--static octavo-run]
//                   --first-answer octavo-first-answer --models DIR --out DIR
//                   [--threads 1,2 | --only-starts] [--seconds S] [--starts N] [--networks a,b]
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { parseArgs } = require('util');
const { Worker } = require('./worker.js');
const { median, percentile, compareBlocks } = require('./statistics.js');
const { markdown } = require('./report.js');
const { measureStarts } = require('./starts.js');

const BLOCK_MS = 25;
// After a block: time for threads that still spin, waiting for work, to go to sleep.
const PAUSE_MS = 10;

const NETWORKS = JSON.parse(fs.readFileSync(path.join(__dirname, 'networks.json'), 'utf8'));

const VARIANTS = [
  { key: 'octavo_f32', engine: 'octavo', file: 'float.octavo' },
  { key: 'octavo_int8', engine: 'octavo', file: 'int8.octavo' },
  { key: 'ort_f32', engine: 'ort', file: 'float.onnx' },
  { key: 'ort_u8', engine: 'ort', file: 'u8.onnx' },
  { key: 'ort_s8', engine: 'ort', file: 's8.onnx' },
];

function readArguments() {
  const { values } = parseArgs({
    options: {
      bench: { type: 'string' },
      run: { type: 'string' },
      static: { type: 'string' },
      'first-answer': { type: 'string' },
      models: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string', default: '1,2' },
      seconds: { type: 'string', default: '4' },
      starts: { type: 'string', default: '15' },
      'only-starts': { type: 'boolean', default: false },
      networks: { type: 'string', default: NETWORKS.map((n) => n.name).join(',') },
      command: { type: 'string', default: '' },
    },
  });
  const wanted = values.networks.split(',');
  return {
    ...values,
    seconds: Number(values.seconds),
    starts: Number(values.starts),
    threads: values['only-starts'] ? [] : values.threads.split(',').map(Number),
    networks: NETWORKS.filter((n) => wanted.includes(n.name)),
  };
}

function command(args, network, variant, threads, mode) {
  const file = path.join(args.models, `${network.name}-${variant.file}`);
  if (variant.engine === 'octavo')
    return [args.bench, '--stdin', '--threads', String(threads), file];
  const line = [process.execPath, path.join(__dirname, 'ort_worker.js'), file, String(threads),
    String(network.size)];
  return mode ? [...line, mode] : line;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One worker and what was measured of it.
async function openSeries(commandLine) {
  const worker = await Worker.start(commandLine);
  const warm = median(await worker.run(10));
  return {
    worker, times: [], blocks: [],
    block: Math.max(1, Math.min(500, Math.round(BLOCK_MS / warm))),
  };
}

async function takeTurns(series, seconds) {
  const begun = Date.now();
  for (let round = 0; Date.now() - begun < seconds * 1e3 * series.length; round++) {
    for (const s of round % 2 ? [...series].reverse() : series) {
      const times = await s.worker.run(s.block);
      s.times.push(...times);
      s.blocks.push(median(times));
      await sleep(PAUSE_MS);
    }
  }
  for (const s of series) await s.worker.stop();
}

const summary = (s) => ({
  runs: s.times.length, min_ms: percentile(s.times, 0), median_ms: median(s.blocks),
  p95_ms: percentile(s.times, 95),
});

async function measureLatency(args, network, threads) {
  const series = [];
  for (const variant of VARIANTS)
    series.push(await openSeries(command(args, network, variant, threads)));
  await takeTurns(series, args.seconds);
  const byKey = Object.fromEntries(VARIANTS.map((v, i) => [v.key, series[i]]));
  const results = Object.fromEntries(VARIANTS.map((v, i) => [v.key, summary(series[i])]));
  const peers = ['ort_f32', 'ort_u8', 'ort_s8'];
  return {
    ...results,
    // How many times faster Octavo's int8 is than each; and its float32 than ONNX Runtime's.
    speedup: Object.fromEntries([...peers, 'octavo_f32'].map((key) =>
      [key, compareBlocks(byKey[key].blocks, byKey.octavo_int8.blocks)])),
    float_speedup: compareBlocks(byKey.ort_f32.blocks, byKey.octavo_f32.blocks),
  };
}

// What the package's public, asynchronous session.run costs on top of the call that is measured.
async function measureCallOverhead(args, network) {
  const variant = VARIANTS.find((v) => v.key === 'ort_u8');
  const series = [await openSeries(command(args, network, variant, 1)),
    await openSeries(command(args, network, variant, 1, 'async'))];
  await takeTurns(series, Math.min(args.seconds, 2));
  return median(series[1].blocks) - median(series[0].blocks);
}

async function main() {
  const args = readArguments();
  const results = {
    date: new Date().toISOString(), command: args.command,
    cpu: os.cpus()[0].model, cpus: os.cpus().length, load_before: os.loadavg()[0],
    node: process.version, onnxruntime: require('onnxruntime-node/package.json').version,
    starts: args.starts, networks: [],
  };
  for (const network of args.networks) {
    process.stderr.write(`${network.name}:`);
    const row = { ...network, files: {}, latency: {} };
    for (const v of VARIANTS)
      row.files[v.key] = fs.statSync(path.join(args.models, `${network.name}-${v.file}`)).size;
    row.start = measureStarts(args, network);
    process.stderr.write(' starts');
    for (const threads of args.threads) {
      row.latency[threads] = await measureLatency(args, network, threads);
      process.stderr.write(`, ${threads} thread${threads === 1 ? '' : 's'}`);
    }
    process.stderr.write('\n');
    results.networks.push(row);
  }
  if (args.threads.length)
    results.call_overhead_ms = await measureCallOverhead(args, args.networks[0]);
  results.load_after = os.loadavg()[0];
  fs.mkdirSync(args.out, { recursive: true });
  fs.writeFileSync(path.join(args.out, 'results.json'), JSON.stringify(results, null, 2) + '\n');
  const text = markdown(results);
  fs.writeFileSync(path.join(args.out, 'results.md'), text);
  process.stdout.write(text);
}

main().catch((error) => {
  console.error(`compare.js: ${error.message}`);
  process.exit(1);
});
