import { useMemo } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { compareNames, Field, formatBytes, type Pick, PickList } from '#renderer/ui/index.ts';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import { AmountField } from './amount-field.tsx';
import type { FitState } from './question.ts';
import { TokensField } from './tokens-field.tsx';

const ofMachine = 'machine ';

/** On which GPUs, and how much is computed. An own machine chooses its GPUs and their count at once. */
export function GpuSection({
  state,
  accelerators,
  find,
  onChange,
}: {
  state: FitState;
  accelerators: readonly AcceleratorModel[];
  find: FindAccelerator;
  onChange(changes: Partial<FitState>): void;
}) {
  const t = useT();
  const machines = useMachines(({ byId }) => byId);
  const own = useMemo(
    () =>
      [...machines.values()].flatMap(({ id, name, inventory }) => {
        const healthy = (inventory?.accelerators ?? []).filter(
          ({ fault, mig }) => fault === null && mig === null,
        );
        const model = healthy[0] && find(healthy[0].model);
        return model
          ? [
              {
                value: `${ofMachine}${id}`,
                name: placeName(id, name, t),
                on: model.name,
                gpus: healthy.length,
              },
            ]
          : [];
      }),
    [machines, find, t],
  );
  const picks = useMemo(
    (): Pick[] => [
      ...own.map(({ value, name, on, gpus }) => ({
        value,
        label: name,
        hint: `${gpus} × ${on}`,
        group: t('fit.yourMachines'),
      })),
      ...[...accelerators]
        .sort(
          (a, b) =>
            compareNames(a.vendor, b.vendor) || b.memoryGiB - a.memoryGiB || compareNames(a.name, b.name),
        )
        .map(({ name, memoryGiB, vendor }) => ({
          value: name,
          label: name,
          hint: formatBytes(memoryGiB * 1024 ** 3),
          group: vendorNames[vendor] ?? t('fit.otherVendors'),
        })),
    ],
    [own, accelerators, t],
  );
  const pick = (value: string) => {
    const machine = own.find((one) => one.value === value);
    onChange(machine ? { on: machine.on, gpus: machine.gpus } : { on: value });
  };
  return (
    <section className="fit__section">
      <Field label={t('fit.on')}>
        {({ id }) => (
          <PickList
            id={id}
            label={t('fit.on')}
            value={find(state.on)?.name ?? state.on}
            picks={picks}
            placeholder={state.on}
            onPick={pick}
          />
        )}
      </Field>
      <AmountField
        label={t('fit.count')}
        value={state.gpus}
        steps={[1, 2, 3, 4, 6, 8, 16, 24, 32, 64, 128, 256, 512, 1024]}
        most={100_000}
        onValue={(gpus) => onChange({ gpus })}
      />
      <TokensField kind={state.kind} tokens={state.tokens} onTokens={(tokens) => onChange({ tokens })} />
    </section>
  );
}

const vendorNames: Partial<Record<AcceleratorModel['vendor'], string>> = {
  nvidia: 'NVIDIA',
  amd: 'AMD',
  google: 'Google',
  intel: 'Intel',
  aws: 'AWS',
  apple: 'Apple',
};
