/**
 * Words of ours by which a figure says where it is from, as they stand in `source`, and under which key the page says them
 * (`figures.by.KEY`). Whatever else stands there is a title that somebody else gave (a paper, a price list, a machine) and stays.
 */
export const figureSourceWords = {
  you: 'you',
  measured: 'measured',
  assumed: 'assumed',
  inventory: 'inventory',
  typed: 'typed',
  preset: 'preset',
  own: 'ownCosts',
  'own costs': 'ownCosts',
  'Own machines': 'ownMachines',
  offer: 'offer',
  'data sheet': 'dataSheet',
  'price list': 'priceList',
  'no accelerators': 'noAccelerators',
  'published runs on A100 and H100': 'publishedRuns',
  'PyTorch on A100 and H100': 'pytorchSeen',
} as const;
export type FigureSourceKey = (typeof figureSourceWords)[keyof typeof figureSourceWords];

/** Words of ours before the name of a file or model. */
export const figureSourceBeginnings = { 'config.json of ': 'configOf', 'header of ': 'headerOf' } as const;
