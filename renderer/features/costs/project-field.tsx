import { useEffect, useId, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Field, Input } from '#renderer/ui/index.ts';

/** A project: one that there is, or a new one. */
export function ProjectField({
  value,
  hint,
  onValue,
}: {
  value: string;
  hint: string;
  onValue(value: string): void;
}) {
  const t = useT();
  const list = useId();
  const [known, setKnown] = useState<readonly string[]>([]);
  useEffect(() => {
    let gone = false;
    rpc()
      .costs.projects()
      .then((projects) => {
        if (!gone) setKnown(projects);
      })
      .catch((thrown: unknown) => console.info('Projects cannot be proposed now:', thrown));
    return () => {
      gone = true;
    };
  }, []);
  return (
    <Field label={t('costs.by.project')} hint={hint}>
      {(ids) => (
        <>
          <Input
            {...ids}
            list={list}
            value={value}
            maxLength={100}
            onChange={(event) => onValue(event.target.value)}
          />
          <datalist id={list}>
            {known.map((project) => (
              <option key={project} value={project} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
