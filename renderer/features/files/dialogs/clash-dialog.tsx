import { useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Dialog, formatBytes, formatDateTime } from '#renderer/ui/index.ts';
import { showName } from '../box-path.ts';
import { useClashes } from '../transfers/ask-clashes.ts';
import type { ClashAnswer } from '../transfers/clashes.ts';

/** Something of that name is there already: replace it, keep both, or leave it out; for one or for all. */
export function ClashDialog() {
  const t = useT();
  const question = useClashes(({ asked }) => asked[0]);
  const [answers, setAnswers] = useState<ReadonlyMap<string, ClashAnswer>>(new Map());
  const [forAll, setForAll] = useState(false);
  if (!question) return null;
  const open = question.clashes.filter(({ name }) => !answers.has(name));
  const [clash] = open;
  if (!clash) return null;
  const end = (all: ReadonlyMap<string, ClashAnswer> | null) => {
    setAnswers(new Map());
    setForAll(false);
    question.answer(all);
  };
  const say = (answer: ClashAnswer) => {
    const next = new Map(answers);
    for (const { name } of forAll ? open : [clash]) next.set(name, answer);
    if (next.size === question.clashes.length) end(next);
    else setAnswers(next);
  };
  const { there } = clash;
  return (
    <Dialog
      open
      title={t('files.clash', { name: showName(clash.name) })}
      description={t('files.clashText', {
        place: `${question.machineName}:${showName(question.directory)}`,
        size: formatBytes(there.bytes),
        time: formatDateTime(there.modifiedAt),
      })}
      onClose={() => end(null)}
    >
      <div className="dialog__body">
        {clash.isDirectory && there.kind === 'directory' ? <p>{t('files.clashFolder')}</p> : null}
        {open.length > 1 ? (
          <Checkbox
            label={t('files.clashAll', { count: open.length - 1 })}
            checked={forAll}
            onChecked={setForAll}
          />
        ) : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={() => end(null)}>{t('ui.cancel')}</Button>
        <Button onClick={() => say('skip')}>{t('files.skip')}</Button>
        <Button autoFocus onClick={() => say('both')}>
          {t('files.keepBoth')}
        </Button>
        <Button look="danger" onClick={() => say('replace')}>
          {clash.isDirectory ? t('files.merge') : t('files.replace')}
        </Button>
      </div>
    </Dialog>
  );
}
