// Runs one model through ONNX Runtime when told to, for compare.js.
//
//   node ort_worker.js MODEL.onnx THREADS SIZE [async]
//
// Prints one JSON line when the session is made and has run once, then for each line with a number N
// on stdin one JSON line with the milliseconds of N runs. Measured with the least overhead that the
// package allows: its native binding called directly (it is synchronous inside), with the input and
// output tensors made before. `async` uses the public session.run instead, to tell the difference.
'use strict';

const readline = require('readline');

const milliseconds = (from) => Number(process.hrtime.bigint() - from) / 1e6;

const ort = require('onnxruntime-node');
const { binding, initOrt } = require('onnxruntime-node/dist/binding');
initOrt();

// Seeded noise of deviation 1, as a normalized image has.
function makeInput(size) {
  const data = new Float32Array(3 * size * size);
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
  for (let i = 0; i < data.length; i++)
    data[i] = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return new ort.Tensor('float32', data, [1, 3, size, size]);
}

async function main() {
  const [path, threads, size, mode] = process.argv.slice(2);
  const options = {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    ...(process.env.ORT_OPTIMIZED ? { optimizedModelFilePath: process.env.ORT_OPTIMIZED } : {}),
    ...(process.env.ORT_PROFILE
      ? { enableProfiling: true, profileFilePrefix: process.env.ORT_PROFILE } : {}),
  };
  const input = makeInput(Number(size));

  let begun = process.hrtime.bigint();
  let session, run;
  if (mode === 'async') {
    session = await ort.InferenceSession.create(path, options);
    run = () => session.run({ input });
  } else {
    session = new binding.InferenceSession();
    session.loadModel(path, options);
  }
  const createMs = milliseconds(begun);
  if (mode !== 'async') {
    const count = session.outputMetadata[0].shape.at(-1);
    const logits = new ort.Tensor('float32', new Float32Array(count), [1, count]);
    const feeds = { input }, fetches = { logits };
    run = () => session.run(feeds, fetches, {});
  }
  begun = process.hrtime.bigint();
  await run();
  const firstMs = milliseconds(begun);
  console.log(JSON.stringify({ create_ms: createMs, first_ms: firstMs }));

  for await (const line of readline.createInterface({ input: process.stdin })) {
    const times = [];
    for (let i = Number(line); i > 0; i--) {
      begun = process.hrtime.bigint();
      if (mode === 'async') await run();
      else run();
      times.push(milliseconds(begun));
    }
    console.log(JSON.stringify(times));
  }
  if (process.env.ORT_PROFILE) session.endProfiling();
}

main().catch((error) => {
  console.error(`${process.argv[2]}: ${error.message}`);
  process.exit(1);
});
