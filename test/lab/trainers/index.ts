import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const trainersDirectory = here;

/** Real PyTorch; saves, resumes, writes a history. Needs `torch` for /usr/bin/python3. */
export const trainer = path.join(here, 'train.py');
/** The same to look at without PyTorch: up in a moment, for tests of what surrounds a training. */
export const lightTrainer = path.join(here, 'light.py');
/** Real PyTorch with a log worth a picture: colours, a progress bar, four metrics. */
export const showcaseTrainer = path.join(here, 'showcase.py');
/** Plain Python 3 with bad manners, chosen by flags. */
export const naughtyTrainer = path.join(here, 'naughty.py');

export interface HistoryLine {
  epoch: number;
  step: number;
  host: string;
  loss: number;
}

/** The history file's whole lines, in the order in which they were written. */
export function readHistory(text: string): HistoryLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [epoch = '', step = '', host = '', loss = ''] = line.split('\t');
      return { epoch: Number(epoch), step: Number(step), host, loss: Number(loss) };
    });
}
