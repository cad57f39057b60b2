// The same training without Python: softmax regression by gradient descent in plain JavaScript.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

const { STEPS = '300', SEED = '7', CHECKPOINT_EVERY = '50', PACE = '0', LR = '0.1', CHECKPOINTS = 'checkpoints' } = process.env;
const steps = Number(STEPS);
const seed = Number(SEED);
const classes = 10;
const pixels = 64;
const batchSize = 32;

let saveAsked = false;
let stopAsked = false;
process.on('SIGUSR1', () => { saveAsked = true; });
process.on('SIGTERM', () => { stopAsked = true; });

/** mulberry32: small, seeded, the same everywhere. */
function dice(start) {
  let state = start >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, gauss };
}

const first = dice(seed);
const patterns = Array.from({ length: classes }, () => Array.from({ length: pixels }, () => first.gauss()));
function batch(step) {
  const chance = dice(seed * 1000003 + step);
  return Array.from({ length: batchSize }, () => {
    const label = Math.floor(chance.next() * classes);
    return { label, image: patterns[label].map((pixel) => pixel + 1.5 * chance.gauss()) };
  });
}

const nameOf = (step) => `${CHECKPOINTS}/step-${String(step).padStart(6, '0')}.json`;
const savedSteps = () =>
  (existsSync(CHECKPOINTS) ? readdirSync(CHECKPOINTS) : [])
    .filter((name) => /^step-\d+\.json$/.test(name))
    .map((name) => Number(name.slice(5, -5)))
    .sort((a, b) => a - b);

function save(step) {
  mkdirSync(CHECKPOINTS, { recursive: true });
  const path = nameOf(step);
  const unfinished = `${CHECKPOINTS}/unfinished`;
  const file = openSync(unfinished, 'w');
  writeSync(file, JSON.stringify({ step, weights, bias }));
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinished, path);
  for (const old of savedSteps().slice(0, -2)) rmSync(nameOf(old));
  console.log(`saved ${path}`);
}

function probabilities(image) {
  const scores = weights.map((row, kind) => row.reduce((sum, weight, index) => sum + weight * image[index], bias[kind]));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

let weights = Array.from({ length: classes }, () => new Array(pixels).fill(0));
let bias = new Array(classes).fill(0);
let start = 0;
const saved = process.env.RESUME_FROM || (savedSteps().length > 0 ? nameOf(savedSteps().at(-1)) : '');
if (saved !== '') {
  ({ step: start, weights, bias } = JSON.parse(readFileSync(saved, 'utf8')));
  console.log(`resumed from step ${start}`);
}

for (let step = start + 1; step <= steps; step++) {
  let loss = 0;
  let right = 0;
  const slopes = weights.map((row) => row.map(() => 0));
  const slopeBias = bias.map(() => 0);
  for (const { image, label } of batch(step)) {
    const chances = probabilities(image);
    loss -= Math.log(Math.max(chances[label], 1e-12)) / batchSize;
    if (chances.indexOf(Math.max(...chances)) === label) right++;
    for (let kind = 0; kind < classes; kind++) {
      const error = (chances[kind] - (kind === label ? 1 : 0)) / batchSize;
      slopeBias[kind] += error;
      for (let index = 0; index < pixels; index++) slopes[kind][index] += error * image[index];
    }
  }
  bias = bias.map((value, kind) => value - Number(LR) * slopeBias[kind]);
  weights = weights.map((row, kind) => row.map((weight, index) => weight - Number(LR) * slopes[kind][index]));
  console.log(`step ${step}/${steps} loss=${loss.toFixed(4)} accuracy=${(right / batchSize).toFixed(3)}`);
  // Signals are only seen between steps: let them in.
  await new Promise((resolve) => setTimeout(resolve, Number(PACE) * 1000));
  if (step % Number(CHECKPOINT_EVERY) === 0 || step === steps || saveAsked || stopAsked) {
    saveAsked = false;
    save(step);
  }
  if (stopAsked) {
    console.log('stopped when asked');
    process.exit(143);
  }
}
console.log('finished');
