import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Field, Input, Menu, Select, toast } from '#renderer/ui/index.ts';
import { isCountry } from '#shared/domain/country.ts';
import type { Label } from '#shared/domain/label.ts';
import type { DataSet } from '#shared/domain/sensitivity.ts';
import { countryName, LabelBadge, labelOptions } from './words.tsx';

type Open = { kind: 'add' } | { kind: 'change' | 'remove'; set: DataSet } | null;

/** What is labelled, and the windows that label it. */
export function DataSets({ sets }: { sets: readonly DataSet[] }) {
  const t = useT();
  const mayOwn = useMay('owner');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <section className="data__section">
      <div className="page__head">
        <h2 className="data__title">{t('data.sets')}</h2>
        {mayOwn ? (
          <Button look="primary" onClick={() => setOpen({ kind: 'add' })}>
            {t('data.add')}
          </Button>
        ) : null}
      </div>
      {sets.length === 0 ? <p className="quiet">{t('data.noSets')}</p> : null}
      {sets.length > 0 ? (
        <table className="plain data__sets">
          <thead>
            <tr>
              <th scope="col">{t('data.name')}</th>
              <th scope="col">{t('data.label')}</th>
              <th scope="col">{t('data.countries')}</th>
              <th scope="col">{t('data.path')}</th>
              {mayOwn ? (
                <th scope="col" className="data__act">
                  <span className="hidden-visually">{t('data.change')}</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {sets.map((set) => (
              <tr key={set.id}>
                <th scope="row" title={set.name}>
                  {set.name}
                </th>
                <td>
                  <LabelBadge label={set.label} />
                </td>
                <td title={set.countries.map(countryName).join(', ')}>
                  {set.countries.map(countryName).join(', ') || (
                    <span className="quiet">{t('data.anyCountry')}</span>
                  )}
                </td>
                <td className="mono" title={set.path}>
                  {set.path}
                </td>
                {mayOwn ? (
                  <td className="right">
                    <SetMenu set={set} onOpen={(kind) => setOpen({ kind, set })} />
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {open?.kind === 'add' ? <LabelDialog set={null} onClose={close} /> : null}
      {open?.kind === 'change' ? <LabelDialog set={open.set} onClose={close} /> : null}
      {open?.kind === 'remove' ? <RemoveDialog set={open.set} onClose={close} /> : null}
    </section>
  );
}

function SetMenu({ set, onOpen }: { set: DataSet; onOpen(kind: 'change' | 'remove'): void }) {
  const t = useT();
  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={t('data.changeTitle', { name: set.name })}>
          ⋯
        </Button>
      }
      entries={[
        { label: t('data.change'), onSelect: () => onOpen('change') },
        { label: t('data.remove'), onSelect: () => onOpen('remove'), danger: true },
      ]}
    />
  );
}

function LabelDialog({ set, onClose }: { set: DataSet | null; onClose(): void }) {
  const t = useT();
  const [path, setPath] = useState(set?.path ?? '');
  const [name, setName] = useState(set?.name ?? '');
  const [label, setLabel] = useState<Label>(set?.label ?? 'confidential');
  const [countries, setCountries] = useState(set?.countries.join(', ') ?? '');
  const codes = countries
    .split(/[\s,;]+/)
    .filter((code) => code !== '')
    .map((code) => code.toUpperCase());
  const wrong = codes.find((code) => !isCountry(code));
  return (
    <ConfirmDialog
      title={set ? t('data.changeTitle', { name: set.name }) : t('data.addTitle')}
      consequence={null}
      danger={false}
      actLabel={t('data.save')}
      actDisabled={wrong !== undefined || path.trim() === ''}
      onClose={onClose}
      act={async () => {
        const given = name.trim();
        await rpc().data.set({
          path: path.trim(),
          label,
          countries: codes,
          ...(given === '' ? {} : { name: given }),
        });
      }}
    >
      {set ? null : (
        <Field label={t('data.path')} hint={t('data.pathHint')}>
          {(ids) => (
            <Input
              {...ids}
              className="mono"
              autoFocus
              value={path}
              maxLength={4096}
              placeholder="/data/patients"
              onChange={(event) => setPath(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t('data.label')}>
        {(ids) => <Select<Label> {...ids} value={label} options={labelOptions(t)} onValue={setLabel} />}
      </Field>
      <Field label={t('data.name')}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            maxLength={200}
            placeholder={t('data.namePlaceholder')}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t('data.countries')}
        hint={t('data.countriesHint')}
        error={wrong === undefined ? undefined : t('data.countriesWrong', { code: wrong })}
      >
        {(ids) => (
          <Input
            {...ids}
            value={countries}
            placeholder="DE, FR"
            onChange={(event) => setCountries(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}

function RemoveDialog({ set, onClose }: { set: DataSet; onClose(): void }) {
  const t = useT();
  return (
    <ConfirmDialog
      title={t('data.removeTitle', { name: set.name })}
      consequence={t('data.removeText')}
      actLabel={t('data.remove')}
      onClose={onClose}
      act={async () => {
        await rpc().data.remove({ id: set.id });
        const { path, label, name, countries } = set;
        const back = () => void rpc().data.set({ path, label, name, countries }).catch(sayError);
        toast('info', t('data.removed', { name }), { actions: [{ label: t('app.undo'), run: back }] });
      }}
    />
  );
}
