export { FigureAccount, FigureButton } from './figure-button.tsx';
export { formatAmount, formatCompact, formatFigure, formatRange } from './figure-format.ts';
export { figureText } from './figure-text.ts';
export { formulaText } from './formulas.ts';
export { figureName } from './names.ts';
