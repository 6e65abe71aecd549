// Octavo's int8 results against ONNX Runtime's for the exported model.
//
//   NODE_PATH=<folder>/node_modules node compare.js ACTIVATIONS PROBE [AGREEMENT]
//
// ACTIVATIONS.json and .bin: of qdq_activations. PROBE: of probe.py. Tells for every layer how many
// values differ, and by how many steps at most, when the layer computes from Octavo's own integers
// ("alone") and when ONNX Runtime computes all layers itself ("in all"); and how often the two give
// the same class. Exits with 1 if a layer alone differs by more than one step, or the classes of
// fewer than AGREEMENT percent (99.5) agree. The environment's QDQ_OPTIMIZE is the optimization
// level of ONNX Runtime: all, or disabled, which computes in float32 between the integers.
'use strict';

const fs = require('fs');
const ort = require('onnxruntime-node');

const [activations, probe, agreement = '99.5'] = process.argv.slice(2);
const { tensors, labels } = JSON.parse(fs.readFileSync(activations + '.json'));
const values = JSON.parse(fs.readFileSync(probe + '.json'));
const bytes = fs.readFileSync(activations + '.bin');
const size = (t) => t.shape.reduce((a, b) => a * b, 1) * (t.type === 'int8' ? 1 : 4);
const record = tensors.reduce((sum, t) => sum + size(t), 0);
const level = process.env.QDQ_OPTIMIZE || 'all';

// The int8 tensors of image i, in the order of `values`.
function readImage(i) {
  let at = i * record;
  const found = [];
  for (const t of tensors) {
    if (t.type === 'int8') found.push(new Int8Array(bytes.buffer, bytes.byteOffset + at, size(t)));
    at += size(t);
  }
  return found;
}

const int8 = tensors.filter((t) => t.type === 'int8');
const tensor = (k, data) => new ort.Tensor('int8', data, int8[k].shape);
const largest = (a) => a.indexOf(Math.max(...a));

function count(statistics, expected, found) {
  for (let i = 0; i < expected.length; i++) {
    const steps = Math.abs(expected[i] - found[i]);
    statistics.most = Math.max(statistics.most, steps);
    statistics.different += steps > 0;
    statistics.beyond += steps > 1;
  }
  statistics.values += expected.length;
}

async function main() {
  const options = { graphOptimizationLevel: level, intraOpNumThreads: 1, interOpNumThreads: 1 };
  const all = await ort.InferenceSession.create(probe + '.all.onnx', options);
  const each = await ort.InferenceSession.create(probe + '.each.onnx', options);
  const empty = () => ({ values: 0, different: 0, beyond: 0, most: 0 });
  const alone = int8.map(empty), inAll = int8.map(empty);
  const images = labels.length;
  let agreed = 0, right = 0, rightHere = 0;
  for (let i = 0; i < images; i++) {
    const ours = readImage(i);
    const whole = await all.run({ [values[0]]: tensor(0, ours[0]) });
    const feeds = {};
    values.forEach((v, k) => { feeds[v + '_given'] = tensor(k, ours[k]); });
    const single = await each.run(feeds);
    for (let k = 1; k < int8.length; k++) {
      count(alone[k], ours[k], single[values[k]].data);
      count(inAll[k], ours[k], whole[values[k]].data);
    }
    const last = int8.length - 1, theirs = largest(whole[values[last]].data);
    agreed += largest(ours[last]) === theirs;
    right += theirs === labels[i];
    rightHere += largest(ours[last]) === labels[i];
  }
  const percent = (s) => (100 * s.different / s.values).toFixed(3).padStart(8);
  console.log('layer'.padEnd(28) + 'alone: % differ, most steps   in all: % differ, most steps');
  for (let k = 1; k < int8.length; k++)
    console.log(int8[k].layer.padEnd(28) + percent(alone[k]).padStart(15) +
      String(alone[k].most).padStart(12) + percent(inAll[k]).padStart(20) + String(inAll[k].most).padStart(12));
  /* The last layer alone is all layers in one: they do not take the same integers then. */
  const worst = int8.length > 2 ? Math.max(...alone.map((s) => s.most)) : 0;
  const share = 100 * agreed / images;
  console.log(`${images} images, optimization ${level}: the same class for ${share.toFixed(2)} %; ` +
    `right: Octavo ${(100 * rightHere / images).toFixed(2)} %, ONNX Runtime ${(100 * right / images).toFixed(2)} %; ` +
    `a layer alone differs by ${worst} step${worst === 1 ? '' : 's'} at most`);
  process.exit(worst <= 1 && share >= Number(agreement) ? 0 : 1);
}

main();
