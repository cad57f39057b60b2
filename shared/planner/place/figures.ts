import type { Figure } from '#shared/domain/figure.ts';
import { interruptionsPerHour } from '../spot.ts';
import { figureOf } from './figure-of.ts';
import type { OwnLine } from './inputs.ts';
import type { Reckoned, Terms } from './reckoning.ts';
import type { Work } from './work.ts';

/** All that the figures of one alternative are made of. */
export interface Shown {
  terms: Terms;
  work: Work;
  p10: Reckoned;
  p50: Reckoned;
  p90: Reckoned;
  /** Who names the price of an hour, and when it was true. */
  priceSource: string | null;
  pricedAt: number | null;
  diskGB: number;
  lostPerInterruptionMs: number;
  dataBytes: number;
  resultBytes: number;
}

export function costFigure(shown: Shown): Figure {
  const { terms, p10, p50, p90, priceSource, pricedAt, diskGB } = shown;
  const price = figureOf('planPrice', Math.ceil(terms.microsPerHour / terms.nodes), 'microsPerHour', {
    source: priceSource,
    asOf: pricedAt,
  });
  const compute = figureOf('planCompute', p50.computeMicros, 'micros', {
    formula: 'p · n · t',
    inputs: [
      price,
      figureOf('planMachines', terms.nodes, 'count'),
      figureOf('planBilled', p50.billedMs, 'ms', {
        formula: 'set-up + data + training + lost',
        inputs: usedInputs(shown).map(withoutInputs),
      }),
    ],
  });
  const storage = figureOf('planStorage', p50.storageMicros, 'micros', {
    formula: 'GB · p ÷ 730 h · t',
    inputs: [
      figureOf('planDisk', diskGB * 1e9, 'bytes'),
      figureOf('planDiskPrice', terms.diskMicrosPerGBMonth, 'micros', { source: priceSource }),
    ],
  });
  const egress = figureOf('planEgress', terms.egressMicros, 'micros', {
    formula: 'Σ GB · p (marginal tiers)',
    inputs: [
      figureOf('planDataBytes', shown.dataBytes, 'bytes', { source: 'you' }),
      figureOf('planResultBytes', shown.resultBytes, 'bytes', { source: 'you' }),
    ],
  });
  return figureOf('planCost', p50.costMicros, 'micros', {
    formula: 'compute + storage + egress',
    low: p10.costMicros,
    high: p90.costMicros,
    inputs: [compute, storage, egress],
  });
}

/** How a time comes about is told once: by the time's own figure. */
const withoutInputs = (figure: Figure): Figure => ({ ...figure, inputs: [] });

export function timeFigure(shown: Shown): Figure {
  const { terms, p10, p50, p90 } = shown;
  return figureOf('planTime', p50.totalMs, 'ms', {
    formula: 'wait + set-up + data + training + lost',
    low: p10.totalMs,
    high: p90.totalMs,
    inputs: [figureOf('planWait', terms.waitMs, 'ms', { source: 'inventory' }), ...usedInputs(shown)],
  });
}

const knownBy = (line: OwnLine | null): { source: string; asOf?: number | null } =>
  line === null
    ? { source: 'assumed' }
    : { source: line.basis === 'typed' ? 'you' : 'measured', asOf: line.at };

function usedInputs({ terms, work, p50, dataBytes, resultBytes, lostPerInterruptionMs }: Shown): Figure[] {
  const training = work.figure ?? figureOf('planTrain', work.trainMs?.p50 ?? 0, 'ms');
  const data = figureOf('planData', p50.dataMs, 'ms', {
    formula: 'D · 8 ÷ r₁ + R · 8 ÷ r₂',
    inputs: [
      figureOf('planDataBytes', dataBytes, 'bytes', { source: 'you' }),
      figureOf('planLineIn', terms.inGbps / 8, 'GBps', knownBy(terms.lineIn)),
      figureOf('planResultBytes', resultBytes, 'bytes', { source: 'you' }),
      figureOf('planLineOut', terms.outGbps / 8, 'GBps', knownBy(terms.lineOut)),
    ],
  });
  const setup = figureOf('planSetup', terms.setupMs, 'ms', { source: 'you' });
  if (terms.interruptionsPerHour === 0) return [setup, data, training];
  const isAssumed = terms.interruptionsPerHour === interruptionsPerHour(null) * terms.nodes;
  const lost = figureOf('planLost', p50.lostMs, 'ms', {
    formula: 'n · (c ÷ 2 + m)',
    inputs: [
      figureOf('planInterruptions', p50.interruptions, 'count', {
        formula: 'λ · t',
        inputs: [
          figureOf('planRisk', terms.interruptionsPerHour, 'perHour', {
            formula: '−ln(1 − p) ÷ 730 h',
            source: isAssumed ? 'assumed' : 'Spot Advisor',
          }),
        ],
      }),
      figureOf('planLostEach', lostPerInterruptionMs, 'ms'),
    ],
  });
  return [setup, data, training, lost];
}
