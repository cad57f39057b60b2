import { useRef, useState } from 'react';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Menu } from '#renderer/ui/index.ts';
import { EarlierDialog } from './earlier-dialog.tsx';
import { takeFiles } from './take-files.ts';

/** Where runs come from: task files, a table, the queue and earlier runs. */
export function AddRuns() {
  const t = useT();
  const may = useMay('viewer');
  const files = useRef<HTMLInputElement>(null);
  const [earlier, setEarlier] = useState(false);
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        accept=".yaml,.yml,.csv,text/yaml,text/csv"
        hidden
        aria-label={t('plan.runFiles')}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          event.target.value = '';
          takeFiles(chosen).catch(sayError);
        }}
      />
      <Menu
        trigger={<Button disabled={!may}>{t('plan.addRuns')}</Button>}
        entries={[
          { label: t('plan.addFiles'), hint: 'YAML, CSV', onSelect: () => files.current?.click() },
          { label: t('plan.addEarlier'), onSelect: () => setEarlier(true) },
        ]}
      />
      {earlier ? <EarlierDialog onClose={() => setEarlier(false)} /> : null}
    </>
  );
}
