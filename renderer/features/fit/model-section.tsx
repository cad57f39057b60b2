import { type DragEvent, useMemo, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { formatCompact } from '#renderer/features/figures/index.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  ErrorState,
  Field,
  FileButton,
  formatInteger,
  Input,
  type Pick,
  PickList,
} from '#renderer/ui/index.ts';
import type { ModelShape } from '#shared/domain/workload.ts';
import { findPreset, presets } from '#shared/planner/models/index.ts';
import './model-form.css';
import { modelFromFile } from './model-files.ts';
import { usualModel } from './question.ts';
import { TypedModel } from './typed-model.tsx';

type Way = 'path' | 'typed' | null;

/** Which model: a well-known one, a file, or its numbers. A file may be dropped here. */
export function ModelSection({
  model,
  onModel,
}: {
  /** Null: none has been chosen. */
  model: ModelShape | null;
  onModel(model: ModelShape): void;
}) {
  const t = useT();
  const may = useMay('operator');
  const [way, setWay] = useState<Way>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const picks = useMemo(
    (): Pick[] =>
      presets.map(({ name, parameters }) => ({ value: name, label: name, hint: formatCompact(parameters) })),
    [],
  );
  const take = async (read: () => Promise<ModelShape>) => {
    setFailure(null);
    try {
      onModel(await read());
      setWay(null);
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void take(() => modelFromFile(file));
  };
  return (
    <section
      className="fit__section"
      aria-label={t('fit.model')}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      <Field label={t('fit.model')}>
        {({ id }) => (
          <PickList
            id={id}
            label={t('fit.model')}
            value={model?.source === 'preset' ? model.name : ''}
            picks={picks}
            placeholder={model?.name ?? t('fit.chooseModel')}
            onPick={(name) => {
              const preset = findPreset(name);
              if (preset) onModel(preset);
            }}
          />
        )}
      </Field>
      {model ? <ModelFacts model={model} /> : null}
      <div className="fit__ways">
        <FileButton
          small
          label={t('fit.file')}
          accept=".json,.safetensors"
          title={t('fit.fileHint')}
          onFile={(file) => void take(() => modelFromFile(file))}
        >
          {t('fit.openFile')}
        </FileButton>
        {may ? (
          <Button small aria-pressed={way === 'path'} onClick={() => setWay(way === 'path' ? null : 'path')}>
            {t('fit.byPath')}
          </Button>
        ) : null}
        <Button small aria-pressed={way === 'typed'} onClick={() => setWay(way === 'typed' ? null : 'typed')}>
          {t('fit.typed')}
        </Button>
      </div>
      {failure ? <ErrorState error={failure} /> : null}
      {way === 'path' ? <PathForm onRead={(path) => take(() => rpc().plan.readModelAt({ path }))} /> : null}
      {way === 'typed' ? <TypedModel model={model ?? usualModel()} onModel={onModel} /> : null}
      {(model?.notes ?? []).map(({ code, params, message }) => (
        <p key={`${code} ${message}`} className="quiet">
          {translateError(code, params, message)}
        </p>
      ))}
    </section>
  );
}

function ModelFacts({ model }: { model: ModelShape }) {
  const t = useT();
  const active =
    model.activeParameters < model.parameters
      ? t('fit.activeOf', {
          all: formatCompact(model.parameters),
          active: formatCompact(model.activeParameters),
        })
      : t('fit.parameters', { n: formatCompact(model.parameters) });
  return (
    <p className="quiet num">
      {t('fit.facts', {
        size: active,
        layers: formatInteger(model.layers),
        hidden: formatInteger(model.hidden),
        heads: formatInteger(model.heads),
        kv: formatInteger(model.kvHeads),
        context: formatInteger(model.context),
      })}
    </p>
  );
}

/** A file or folder of this computer, for models that are too large to be chosen in a browser. */
function PathForm({ onRead }: { onRead(path: string): Promise<void> }) {
  const t = useT();
  const [path, setPath] = useState('');
  const [busy, setBusy] = useState(false);
  const read = () => {
    setBusy(true);
    void onRead(path.trim()).finally(() => setBusy(false));
  };
  return (
    <Field label={t('fit.path')} hint={t('fit.pathHint')}>
      {(ids) => (
        <span className="fit__path">
          <Input
            {...ids}
            className="input--small mono"
            value={path}
            maxLength={4096}
            onChange={(event) => setPath(event.target.value)}
            onKeyDown={(event) => (event.key === 'Enter' && path.trim() !== '' ? read() : undefined)}
          />
          <Button busy={busy} disabled={path.trim() === ''} onClick={read}>
            {t('fit.read')}
          </Button>
        </span>
      )}
    </Field>
  );
}
