// Runs each NAME.onnx named on the command line in ONNX Runtime and writes NAME.bin beside it:
// float32, little-endian, the input and then the outputs in order. The input is made of small
// multiples of 1/64 from a fixed generator, so that every machine makes the same.
//
//   NODE_PATH=<folder with onnxruntime-node>/node_modules node run_reference.js a.onnx b.onnx ...
'use strict';
const fs = require('fs');
const ort = require('onnxruntime-node');

function makeInput(count) {
  let state = 12345;
  return Float32Array.from({length: count}, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 257 - 128) / 64;
  });
}

async function run(path) {
  const session = await ort.InferenceSession.create(path, {graphOptimizationLevel: 'disabled'});
  const meta = session.inputMetadata[0];
  const shape = meta.shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
  shape[0] = 1;
  const input = makeInput(shape.reduce((a, b) => a * b, 1));
  const results = await session.run({[session.inputNames[0]]: new ort.Tensor('float32', input, shape)});
  const parts = [Buffer.from(input.buffer)];
  for (const name of session.outputNames)
    parts.push(Buffer.from(Float32Array.from(results[name].data).buffer));
  fs.writeFileSync(path.replace(/\.onnx$/, '.bin'), Buffer.concat(parts));
  console.log(path, shape.join('x'), session.outputNames.map((n) => n + ' ' + results[n].dims.join('x')).join(', '));
}

(async () => {
  for (const path of process.argv.slice(2)) await run(path);
})();
