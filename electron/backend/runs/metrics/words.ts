/** Words that trainers print beside their metrics, and what they mean. All in lower case. */

/** A count of optimiser steps; the earlier in the list, the surer. */
export const stepWords: readonly string[] = [
  'global_step',
  'globalstep',
  'total_steps',
  'step',
  'train_step',
  'num_updates',
  'update',
  'iteration',
  'iter',
  'it',
  'batch',
];

export const epochWords: ReadonlySet<string> = new Set(['epoch', 'ep']);

/** Printed as numbers, but settings or bookkeeping: never drawn. */
export const ignoredWords: ReadonlySet<string> = new Set(
  (
    'port pid ppid seed rank local_rank world_size batch_size num_workers epochs num_epochs max_steps v_num version ' +
    'line lineno id job_id device gpu gpus host localhost node nodes http https timestamp ts created msecs process thread ' +
    'levelno relativecreated eta steps total_steps ms exit_code status code'
  ).split(' '),
);

/** "train loss: 0.3", "Average loss: 0.3": the words before belong to the name. */
export const qualifiers: ReadonlySet<string> = new Set(
  (
    'train training val valid validation eval evaluation test dev avg average mean median best running total learning ' +
    'generator discriminator policy value actor critic episode gradient weight'
  ).split(' '),
);

/** Names that may stand before their number with nothing but a space: "loss 2.31". */
const spaced =
  /(?:^|[_/.-])(?:loss|acc|accuracy|acc@\d{1,3}|top\d|ppl|perplexity|lr|mfu|f1|auc|bleu|reward|return|score|error|mse|mae|rmse|iou|map|dice|bpb|bpc|gnorm|grad_norm|norm|recall|precision)$/;
export const mayStandBeforeANumber = (lowerCaseName: string): boolean => spaced.test(lowerCaseName);
