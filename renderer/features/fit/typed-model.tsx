import { useState } from 'react';
import { formatCompact } from '#renderer/features/figures/index.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Field, Input } from '#renderer/ui/index.ts';
import { type ModelShape, modelShape } from '#shared/domain/workload.ts';
import { readAmount } from './amount-field.tsx';

const fields = [
  ['parameters', 'fit.parametersField'],
  ['layers', 'fit.layers'],
  ['hidden', 'fit.hidden'],
  ['heads', 'fit.heads'],
  ['kvHeads', 'fit.kvHeads'],
  ['feedForward', 'fit.feedForward'],
  ['vocabulary', 'fit.vocabulary'],
  ['context', 'fit.contextField'],
] as const satisfies readonly (readonly [keyof ModelShape, Key])[];
type Name = (typeof fields)[number][0];

/** A model by its numbers, from those of the model that is shown. */
export function TypedModel({ model, onModel }: { model: ModelShape; onModel(model: ModelShape): void }) {
  const t = useT();
  const [texts, setTexts] = useState(
    () =>
      Object.fromEntries(
        fields.map(([name]) => [
          name,
          name === 'parameters' ? formatCompact(model[name]) : String(model[name]),
        ]),
      ) as Record<Name, string>,
  );
  const [gated, setGated] = useState(model.gated);
  const [tied, setTied] = useState(model.tiedEmbeddings);
  const values = Object.fromEntries(fields.map(([name]) => [name, readAmount(texts[name])])) as Record<
    Name,
    number | null
  >;
  const isWrong = (name: Name) => {
    const value = values[name];
    return value === null || value <= 0 || (name !== 'parameters' && !Number.isInteger(value));
  };
  const make = () => {
    const made = modelShape.safeParse({
      ...values,
      name: t('fit.typedName', { size: texts.parameters }),
      activeParameters: values.parameters,
      headSize: Math.max(1, Math.floor((values.hidden ?? 0) / (values.heads ?? 1))),
      tiedEmbeddings: tied,
      gated,
      experts: null,
      kvElementsPerLayer: null,
      slidingWindow: null,
      weightType: null,
      source: 'typed',
    });
    if (made.success) onModel(made.data);
  };
  return (
    <form
      className="fit__typed"
      onSubmit={(event) => {
        event.preventDefault();
        make();
      }}
    >
      <div className="fit__pair">
        {fields.map(([name, key]) => (
          <Field key={name} label={t(key)} error={isWrong(name) ? t('fit.wholeNumber') : undefined}>
            {(ids) => (
              <Input
                {...ids}
                className="input--small num"
                inputMode="decimal"
                value={texts[name]}
                maxLength={20}
                onChange={(event) => setTexts((before) => ({ ...before, [name]: event.target.value }))}
              />
            )}
          </Field>
        ))}
      </div>
      <Checkbox label={t('fit.gated')} checked={gated} onChecked={setGated} />
      <Checkbox label={t('fit.tied')} checked={tied} onChecked={setTied} />
      <Button type="submit" disabled={fields.some(([name]) => isWrong(name))}>
        {t('fit.useNumbers')}
      </Button>
    </form>
  );
}
