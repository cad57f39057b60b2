/** The training step in a name, and what else orders it. */
export interface NamedStep {
  step: number | null;
  order: number | null;
}

const none: NamedStep = { step: null, order: null };
const ofStep = /(?:global[-_]?steps?|steps?|iter(?:ation)?s?|updates?|batch|it)[-_=.:]?(\d{1,15})(?!\d)/i;
const ofEpoch = /(?:epochs?|ep)[-_=.:]?(\d{1,15})(?!\d)/i;
const ofSave = /(?:checkpoint|ckpt|chkpt|cp|model|state|snapshot|save)s?[-_=.:]?(\d{1,15})(?!\d)/i;
/** Not the digits behind a decimal point. */
const bare = /(?:^|[-_=]|(?<!\d)\.)(\d{1,15})$/;

/** "epoch=3-step=400.ckpt" is step 400; "model_500.pt" and "500" are 500; an epoch alone orders but is no step. */
export function stepOfName(name: string): NamedStep {
  const stem = name.replace(
    /(?:\.(?:pt|pth|ckpt|bin|pkl|tar|safetensors|keras|h5|weights|index|msgpack|npz))+$/i,
    '',
  );
  const step = numberOf(ofStep, stem);
  if (step !== null) return { step, order: step };
  const epoch = numberOf(ofEpoch, stem);
  if (epoch !== null) return { step: null, order: epoch };
  const saved = numberOf(ofSave, stem) ?? numberOf(bare, stem);
  return saved === null ? none : { step: saved, order: saved };
}

function numberOf(pattern: RegExp, text: string): number | null {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
